"""`govern check` as a whole process, beside a process that only imports what it stands on; both in turn, in one run."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
ROOT = Path(__file__).resolve().parent.parent
IMPORTS = [sys.executable, "-c", "import pydantic, sqlmodel, typer"]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def main() -> None:
    govern = str(Path(sys.executable).with_name("govern"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GOVERN_WORKSPACE": folder}
        for name in ("GOVERN_DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
            environment.pop(name, None)
        without = {key: value for key, value in environment.items() if key != "GOVERN_WORKSPACE"}
        subprocess.run([govern, "init", folder, "--no-passphrase"], env=without, stdout=subprocess.DEVNULL, check=True)
        example = ROOT / "examples" / "hospital-ct" / "project.yaml"
        subprocess.run(
            [govern, "project", "import", str(example)], env=environment, stdout=subprocess.DEVNULL, check=True
        )
        checks, imports = [], []
        for _ in range(ROUNDS + 1):
            checks.append(seconds([govern, "check", "hospital-ct"], environment))
            imports.append(seconds(IMPORTS, environment))
    check, least = statistics.median(checks[1:]), statistics.median(imports[1:])
    print(f"whole processes, warm disk, modules compiled, medians of {ROUNDS} in turn")
    print(f"  python -c 'import pydantic, sqlmodel, typer'  {least * 1000:7.0f} ms    1.00")
    print(f"  govern check hospital-ct                      {check * 1000:7.0f} ms {check / least:7.2f}  (at most 2.5)")


if __name__ == "__main__":
    main()
