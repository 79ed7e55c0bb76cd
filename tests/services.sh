#!/bin/sh
# Starts what the tests need beside Python: a real PostgreSQL on a private port, as an unprivileged user.
#
#   tests/services.sh          start it, or leave it running; its URL is then in .pytest-services/postgres.url
#   tests/services.sh stop     stop it and remove what it wrote
#   tests/services.sh folder   where the tests had best write: in memory if there is room, for most wait for a disk else
#
# GOVERN_TEST_FOLDER names another place than that, as a benchmark needs that is to wait for a disk.
#
# As root on Debian it installs the packages that are missing (GOVERN_TEST_INSTALL=0 forbids it). Where something cannot
# be had it says so in one line and exits 0: the tests that need it are skipped and say so too.
set -eu

cd "$(dirname "$0")/.."
state=$PWD/.pytest-services
url=$state/postgres.url

find_folder() {
    folder=${GOVERN_TEST_FOLDER:-}
    [ -z "$folder" ] || return 0
    folder=${TMPDIR:-/tmp}
    if [ -d /dev/shm ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -ge 6000000 ]; then
        folder=/dev/shm
    fi
}

find_postgres() {
    for folder in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && bin=$folder
    done
    if [ -z "${bin:-}" ] && command -v initdb > /dev/null && command -v pg_ctl > /dev/null; then
        bin=$(dirname "$(command -v initdb)")
    fi
    [ -n "${bin:-}" ]
}

# PostgreSQL refuses to run as root.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@")
    else
        "$@"
    fi
}

install_missing() {
    [ "$(id -u)" -eq 0 ] && [ "${GOVERN_TEST_INSTALL:-1}" = 1 ] && command -v apt-get > /dev/null || return 0
    wanted=
    find_postgres || wanted="$wanted postgresql"
    command -v go > /dev/null || wanted="$wanted golang-go"
    [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/note ] || wanted="$wanted golang-golang-x-mod-dev"
    command -v pdftotext > /dev/null || wanted="$wanted poppler-utils"
    command -v openssl > /dev/null || wanted="$wanted openssl"
    command -v chromium > /dev/null || command -v google-chrome > /dev/null || wanted="$wanted chromium"
    [ -x /usr/sbin/sshd ] && [ -x /usr/lib/openssh/sftp-server ] || wanted="$wanted openssh-server openssh-sftp-server"
    command -v xxd > /dev/null || wanted="$wanted xxd"
    command -v softhsm2-util > /dev/null || wanted="$wanted softhsm2"
    if [ "${GOVERN_TEST_LIBREOFFICE:-0}" = 1 ] && ! command -v soffice > /dev/null; then
        wanted="$wanted libreoffice-writer-nogui"
    fi
    [ -n "$wanted" ] || return 0
    echo "services: installing for the tests:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # the names are words
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted; } > /dev/null 2>&1 < /dev/null ||
        echo "services: could not install:$wanted; the tests that need them are skipped"
}

choose_user() {
    user=$(id -un)
    [ "$(id -u)" -eq 0 ] || return 0
    for user in postgres nobody; do
        id -u "$user" > /dev/null 2>&1 && command -v setpriv > /dev/null && return 0
    done
    return 1
}

running() {
    [ -s "$url" ] && [ -s "$state/postgres.home" ] || return 1
    home=$(cat "$state/postgres.home")
    [ -d "$home/data" ] && as_server "$bin/pg_ctl" status -D "$home/data" > /dev/null 2>&1
}

start() {
    install_missing
    if ! find_postgres; then
        echo "services: no PostgreSQL here (Debian: apt-get install postgresql); the tests that need it are skipped"
        return 0
    fi
    if ! choose_user; then
        echo "services: PostgreSQL does not run as root, and there is no user to run it as; its tests are skipped"
        return 0
    fi
    mkdir -p "$state"
    if running; then
        return 0
    fi
    rm -f "$url"
    find_folder
    home=$(mktemp -d "$folder/govern-postgres.XXXXXX")
    [ "$(id -u)" -ne 0 ] || chown "$user" "$home"
    echo "$home" > "$state/postgres.home"
    if ! as_server "$bin/initdb" -D "$home/data" -U govern -A trust -E UTF8 --locale=C > "$home.log" 2>&1; then
        echo "services: PostgreSQL could not be set up (see $home.log); the tests that need it are skipped"
        return 0
    fi
    # fsync and synchronous_commit stay on: the store refuses a server that loses what it confirmed.
    port=$((20000 + $$ % 20000))
    last=$((port + 20))
    while [ $port -lt $last ]; do
        # It waits until the server answers; a port that is taken makes it fail. Nothing of ours stays open in it.
        if as_server "$bin/pg_ctl" start -w -t 30 -D "$home/data" -l "$home/log" \
            -o "-p $port -h 127.0.0.1 -k $home -c max_connections=200" > /dev/null 2>&1 < /dev/null; then
            echo "postgresql://govern@127.0.0.1:$port/postgres" > "$url"
            rm -f "$home.log"
            echo "services: PostgreSQL $("$bin/postgres" -V | sed 's/[^0-9]*\([0-9.]*\).*/\1/') on port $port, as $user"
            return 0
        fi
        port=$((port + 1))
    done
    echo "services: PostgreSQL did not start (see $home/log); the tests that need it are skipped"
}

stop() {
    if find_postgres && choose_user && running; then
        as_server "$bin/pg_ctl" stop -w -m fast -D "$home/data" > /dev/null 2>&1 || true
        echo "services: PostgreSQL stopped"
    fi
    if [ -s "$state/postgres.home" ]; then
        rm -rf "$(cat "$state/postgres.home")"
    fi
    rm -rf "$state"
}

case ${1:-start} in
    start) start ;;
    stop) stop ;;
    folder) find_folder && echo "$folder" ;;
    *) echo "usage: tests/services.sh [start|stop|folder]" >&2; exit 2 ;;
esac
