"""What changed between two drafts: in Word with tracked changes, as a page, and as text."""
