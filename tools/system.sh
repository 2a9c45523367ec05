# Sourced by the set-up scripts: what of the operating system is there, and how to get what is not.

has_library() {
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$1"
}

# DejaVu carries Latin with Albanian's ë and ç, and Cyrillic.
has_fonts() {
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]
}

# system_packages NAME…: installs Debian packages as root or by a sudo that asks nothing; else tells what to type.
system_packages() {
    local admin=""
    if ! command -v apt-get >/dev/null; then
        echo "Please install with your system's package manager what Debian calls: $*" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "Please type, then run make again: sudo apt-get install -y $*" >&2
            return 1
        fi
        admin="sudo -n"
    fi
    echo "Installing $*"
    local options="-qq -y --no-install-recommends -o DPkg::Lock::Timeout=120"
    export DEBIAN_FRONTEND=noninteractive
    # The package lists of a fresh machine may be empty or old: refresh them only when the first try fails.
    $admin apt-get install $options "$@" >/dev/null 2>&1 ||
        { $admin apt-get update -qq && $admin apt-get install $options "$@" >/dev/null; }
}
