"""TLS of SMPP lines: whose certificates are trusted, and what was wrong with one that is not, in words."""

import re
import ssl

from core.api import gettext

# OpenSSL's x509_vfy.h: what is wrong with a certificate.
NOT_YET, EXPIRED = 9, 10
UNKNOWN_SIGNERS = (2, 18, 19, 20, 21)
OTHER_NAMES = (62, 64)
# What stands before, between and behind the blocks of a PEM file is for people (RFC 7468, 5.2).
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")


def context_of(authority: str) -> ssl.SSLContext:
    """Returns what a line is wrapped with: the public authorities are trusted, or only the one given (PEM).

    Raises ValueError for what is no certificate.
    """
    if not authority.strip():
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cadata=certificates_in(authority))
    # A sign that is not ASCII, which certificates never have, is a wrong type to it.
    except (ssl.SSLError, TypeError) as error:
        raise ValueError("no certificate") from error


def certificates_in(pem: str) -> str:
    """Returns the certificates of a PEM file, without what stands around them; what has none is returned as it is."""
    return "\n".join(_CERTIFICATE.findall(pem)) or pem


def has_private_key(pem: str) -> bool:
    """Tells whether a PEM file holds a private key."""
    return bool(_KEY.search(pem))


def sentence_of(error: OSError, host: str) -> str:
    """Returns why a line with TLS was not opened; an empty text when TLS is not the reason."""
    # Who waits for SMPP says nothing to a greeting by TLS.
    if not isinstance(error, ssl.SSLError) and "handshake" not in str(error):
        return ""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return gettext("%(host)s does not speak TLS at this port: write another one, or leave smpps:// out.", host=host)
    if error.verify_code == EXPIRED:
        return gettext("The certificate of %(host)s has expired: your provider has to renew it.", host=host)
    if error.verify_code == NOT_YET:
        return gettext("The certificate of %(host)s is not valid yet: is the clock of this server right?", host=host)
    if error.verify_code in OTHER_NAMES:
        return gettext("The certificate shown is not for %(host)s: write the host that it names.", host=host)
    if error.verify_code in UNKNOWN_SIGNERS:
        return gettext(
            "Nobody trusted here has signed the certificate of %(host)s. If your provider has an authority of its own, "
            "enter that in the gateway's form.",
            host=host,
        )
    return gettext("The certificate of %(host)s is wrong: %(why)s.", host=host, why=error.verify_message)
