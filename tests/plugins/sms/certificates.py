"""Certificates made for a test, by an authority of its own that nobody else trusts."""

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

FROM, UNTIL = datetime(2001, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


class Authority:
    """Signs certificates; `pem` is its own."""

    def __init__(self) -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _named("Test authority")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        made = self._begun(self._name, self._key, FROM, UNTIL)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = (
            made.add_extension(usage, critical=True).sign(self._key, SHA256()).public_bytes(Encoding.PEM).decode()
        )

    def certificate(self, file: Path, *, host: str = "127.0.0.1", begins=FROM, ends=UNTIL) -> str:
        """Writes a certificate for a host (a name or an address) with its key to `file`, and returns its path."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ip_address(host))
        made = self._begun(_named(host), key, begins, ends)
        made = made.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        signed = made.sign(self._key, SHA256()).public_bytes(Encoding.PEM)
        file.write_bytes(signed + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(file)

    def _begun(self, subject, key, begins, ends):
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return made.add_extension(known, critical=False).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )


def _named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
