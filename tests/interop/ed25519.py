"""Ed25519 (RFC 8032) with the acceptance rule of docs/PROTOCOL.md, section 1: canonical S and key, neither key nor R of
low order."""
import hashlib
import os

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


ZERO = (0, 1, 1, 0)


def times(n, a):
    r = ZERO
    while n:
        if n & 1:
            r = add(r, a)
        a = add(a, a)
        n >>= 1
    return r


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decode(b):
    """A canonical point, or None."""
    n = int.from_bytes(b, "little")
    sign, y = n >> 255, n & (1 << 255) - 1
    if len(b) != 32 or y >= P:
        return None
    u, v = y * y - 1, D * y * y + 1
    x2 = u * pow(v, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(a):
    z = pow(a[2], P - 2, P)
    return (a[1] * z % P | (a[0] * z % P & 1) << 255).to_bytes(32, "little")


def low_order(a):
    return same(times(8, a), ZERO)


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def digest(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def secret(seed):
    h = hashlib.sha512(seed).digest()
    return int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254, h[32:]


def public(seed):
    return encode(times(secret(seed)[0], BASE))


def sign(seed, message):
    a, prefix = secret(seed)
    r = digest(prefix, message) % L
    big_r = encode(times(r, BASE))
    h = digest(big_r, public(seed), message) % L
    return big_r + ((r + h * a) % L).to_bytes(32, "little")


def good_key(key):
    """A canonical point of the prime-order subgroup: what may be taken into a card or a trust list."""
    a = decode(key)
    return a is not None and not low_order(a) and same(times(L, a), ZERO)


def verify(key, message, signature):
    if len(signature) != 64:
        return False
    a, r, s = decode(key), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or low_order(a) or low_order(r):
        return False
    h = digest(signature[:32], key, message) % L
    return same(times(s, BASE), add(r, times(h, a)))


def new_seed():
    return os.urandom(32)
