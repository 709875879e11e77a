"""Known answers of published constructions, and everything that must not open."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from apps.envelopes import sealing
from apps.envelopes.sealing import SEGMENT, Tampered, WrongKey

KEY = bytes(range(32))
PLACE = b"recto known answer"
# Where a stream of so many bytes has one segment, exactly two, and one byte more.
ONE, TWO = SEGMENT - 56, 2 * SEGMENT - 72


def plain(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311


def segments(sealed: bytes) -> list[bytes]:
    return [sealed[start : start + SEGMENT] for start in range(0, len(sealed), SEGMENT)]


def opens(sealed: bytes, key: bytes = KEY, place: bytes = PLACE) -> bool:
    try:
        sealing.unseal(sealed, key, place)
    except Tampered:
        return False
    return True


# --- Known answers ----------------------------------------------------------------------------


def test_what_tink_wrote_opens() -> None:
    """Made by Tink 1.16.1 for Python: AesGcmHkdfStreaming, SHA-256, 32 bytes, 65536."""
    small = bytes.fromhex(
        "28a021a1f3bb0cf23e94bab6821749aeeeb62c2c5f25f736aac58d283222b6e35939f6be9d044c6e2123be8c"
        "b49c71ee8f059028ce97bb54ffcd79105172acc02e8e67a553be5a"
    )
    empty = bytes.fromhex(
        "28a916ace62b05d09f56d7c5af76e32c50ab8092db79a3e093a54561e05fef4f744a3528a2ef2f517b8e551f"
        "2fe2b45c9c62de099c7d8d7f"
    )
    assert sealing.unseal(small, KEY, PLACE) == b"Attack at dawn."
    assert sealing.unseal(empty, KEY, PLACE) == b""


def test_what_is_written_is_what_tink_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three segments, from the salt and the nonce prefix that Tink happened to draw."""
    header = bytes.fromhex(
        "28768b42cbe6b26360fe0e89888c7259bc9926690a4f3680537fa77c5ee113657831802a53dcef17"
    )
    drawn = {32: header[1:33], 7: header[33:]}
    monkeypatch.setattr(sealing.os, "urandom", drawn.__getitem__)
    sealed = sealing.seal(bytes(number % 251 for number in range(150_000)), KEY, PLACE)
    assert len(sealed) == 150_088
    assert hashlib.sha256(sealed).hexdigest() == (
        "3de4a593217588666daa57fd602e83194c6e57fd0769cb4e03dd1b172433e41a"
    )


def test_the_wrap_is_that_of_rfc_3394() -> None:
    """Section 4.6: 256 bits of key data with a 256-bit key."""
    under = bytes.fromhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    wrapped = bytes.fromhex(
        "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    )
    assert sealing.wrap(key, under=under) == wrapped
    assert sealing.unwrap(wrapped, under=under) == key


def test_the_derivation_is_that_of_rfc_5869() -> None:
    """Appendix A.1; its output is 42 bytes long, a key its first 32."""
    derived = sealing.derive(
        bytes.fromhex("0b" * 22),
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        purpose=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
    )
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert derived.hex() == expected


# --- Keys -------------------------------------------------------------------------------------


def test_a_wrapped_key_opens_with_its_key_only() -> None:
    key, under = sealing.new_key(), sealing.new_key()
    wrapped = sealing.wrap(key, under=under)
    for wrong in (sealing.new_key(), bytes(32), under[::-1]):
        with pytest.raises(WrongKey):
            sealing.unwrap(wrapped, under=wrong)


@pytest.mark.parametrize("wrapped", [b"", b"x", bytes(16), bytes(40), bytes(41)])
def test_what_is_no_wrapped_key_does_not_open(wrapped: bytes) -> None:
    with pytest.raises(WrongKey):
        sealing.unwrap(wrapped, under=KEY)


@pytest.mark.parametrize("bit", range(0, 320, 17))
def test_a_changed_wrapped_key_does_not_open(bit: int) -> None:
    wrapped = bytearray(sealing.wrap(sealing.new_key(), under=KEY))
    wrapped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(WrongKey):
        sealing.unwrap(bytes(wrapped), under=KEY)


# --- Streams ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 100, ONE - 1, ONE, ONE + 1, TWO, TWO + 1, 1_000_000])
@pytest.mark.parametrize("chunk", [SEGMENT, 999, 10**7])
def test_content_comes_back_whatever_the_chunks(size: int, chunk: int) -> None:
    content = plain(size)
    pieces = [content[start : start + chunk] for start in range(0, size, chunk)]
    sealed = b"".join(sealing.encrypt(pieces, KEY, PLACE))
    assert len(sealed) == 40 + size + 16 * len(segments(sealed))
    received = (sealed[start : start + chunk] for start in range(0, len(sealed), chunk))
    assert b"".join(sealing.decrypt(received, KEY, PLACE)) == content


def test_the_same_content_is_sealed_differently_each_time() -> None:
    first, second = (sealing.seal(b"same", KEY, PLACE) for _ in range(2))
    assert first != second
    assert first[40:] != second[40:]


@pytest.mark.parametrize("size", [0, 15, ONE, TWO + 5])
def test_nothing_opens_with_another_key_or_elsewhere(size: int) -> None:
    sealed = sealing.seal(plain(size), KEY, PLACE)
    assert opens(sealed)
    assert not opens(sealed, key=sealing.new_key())
    assert not opens(sealed, place=PLACE + b"!")
    assert not opens(sealed, place=b"")


@pytest.mark.parametrize("size", [0, 15, TWO + 5])
def test_every_changed_byte_is_noticed(size: int) -> None:
    sealed = sealing.seal(plain(size), KEY, PLACE)
    positions = range(len(sealed)) if len(sealed) < 100 else range(0, len(sealed), 4999)
    for position in positions:
        changed = bytearray(sealed)
        changed[position] ^= 0x80
        assert not opens(bytes(changed)), position


@pytest.mark.parametrize("size", [0, 15, ONE, TWO, TWO + 5])
def test_a_stream_cut_off_anywhere_is_noticed(size: int) -> None:
    sealed = sealing.seal(plain(size), KEY, PLACE)
    ends = {0, 1, 39, 40, 41, 55, SEGMENT, 2 * SEGMENT, len(sealed) - 16, len(sealed) - 1}
    for end in sorted(one for one in ends if one < len(sealed)):
        assert not opens(sealed[:end]), end


def test_segments_moved_doubled_left_out_or_added_are_noticed() -> None:
    first, second, third, last = segments(sealing.seal(plain(200_000), KEY, PLACE))
    other = segments(sealing.seal(plain(200_000), KEY, PLACE))
    assert opens(first + second + third + last)
    for changed in (
        [first, third, second, last],
        [first, second, second, third, last],
        [first, third, last],
        [second, third, last],
        [first, second, third, last, last],
        [first, second, third, last, b"more"],
        [first, last],
        [first, other[1], third, last],
        [other[0], second, third, last],
    ):
        assert not opens(b"".join(changed))


def test_pieces_are_handed_out_as_they_are_checked() -> None:
    sealed = sealing.seal(plain(200_000), KEY, PLACE)
    pieces = sealing.decrypt([sealed[:-1]], KEY, PLACE)
    received = [next(pieces) for _ in range(3)]
    assert b"".join(received) == plain(200_000)[: sum(map(len, received))]
    with pytest.raises(Tampered):
        next(pieces)


def test_memory_stays_flat() -> None:
    """128 MiB go through, with never more than a few segments on the way."""
    import tracemalloc

    piece = bytes(SEGMENT)

    def long() -> Iterator[bytes]:
        for _ in range(128 * 1024**2 // SEGMENT):
            yield piece

    tracemalloc.start()
    try:
        size = sum(
            len(one) for one in sealing.decrypt(sealing.encrypt(long(), KEY, PLACE), KEY, PLACE)
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 128 * 1024**2
    assert peak < 20 * SEGMENT
