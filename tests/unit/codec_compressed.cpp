// Compressed values: their frame, what reads back, and what is refused before it costs memory.
#include <doctest/doctest.h>

#include <string>

#include "cambium/base/error.hpp"
#include "cambium/codec/bytes.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/codec.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/codec/lz4.hpp"
#include "cambium/codec/zlib.hpp"
#include "cambium/codec/zstd.hpp"
#include "codec_samples.hpp"
#include "hex.hpp"
#include "seed.hpp"

using namespace cambium;
using test::from_hex;
using test::to_hex;

namespace {

template <class Compressor>
using Packed = Compressed<Bytes, Compressor>;

template <class C>
std::string encoded(const std::string& value) {
    std::string out = "kept";
    C::encode(value, out);
    REQUIRE(out.starts_with("kept"));
    return out.substr(4);
}

template <class C>
std::string decoded(ByteView bytes) {
    std::string value;
    C::decode(bytes, value);
    return value;
}

template <class C>
std::string refusal(ByteView bytes) {
    try {
        static_cast<void>(decoded<C>(bytes));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::decode);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE_TEMPLATE("values read back, small or large, and what does not get smaller is stored", C, Zstd, Lz4,
                   Zlib) {
    test::Random random(test::seed());
    for (const std::size_t size : {0U, 1U, 5U, 100U, 5000U, 1048576U, 1048577U, 3000000U}) {
        const std::string same(size, 'a');
        const std::string packed = encoded<Packed<C>>(same);
        CHECK(decoded<Packed<C>>(packed) == same);
        if (size >= 100) {
            CHECK(packed.front() == 1);
            CHECK(packed.size() < size / 2);
        }
        std::string noise;
        while (noise.size() < size) noise += static_cast<char>(random());
        const std::string stored = encoded<Packed<C>>(noise);
        CHECK(stored == '\0' + noise);
        CHECK(decoded<Packed<C>>(stored) == noise);
        const std::string half = noise + same;
        CHECK(decoded<Packed<C>>(encoded<Packed<C>>(half)) == half);
    }
}

TEST_CASE_TEMPLATE("a compressed codec is a codec for the records of the inner one", C, Compressed<Cbor, Zstd>,
                   Compressed<Json, Lz4>, Compressed<Cbor, Zlib>) {
    static_assert(Codec<C, test::Containers>);
    test::Random random(test::seed());
    for (int i = 0; i < 100; ++i) {
        const auto containers = test::random_containers(random);
        std::string bytes;
        C::encode(containers, bytes);
        test::Containers again;
        C::decode(bytes, again);
        REQUIRE(again == containers);
    }
    CHECK(C::name.find('+') != std::string_view::npos);
}

// Written once with the library versions of Debian 12. A later version may compress to other bytes, and must read
// these.
TEST_CASE("the bytes of compressed values") {
    const std::string same(300, 'a');
    CHECK(Compressed<Cbor, Zstd>::name == "cbor+zstd");
    CHECK(encoded<Packed<Zstd>>("short") == std::string("\0short", 6));
    // 1, 300 in two bytes, the size of the piece, the piece.
    CHECK(decoded<Packed<Zstd>>(from_hex("01ac02"
                                         "13"
                                         "28b52ffd602c004d00001061610100272ac002")) == same);
    CHECK(decoded<Packed<Lz4>>(from_hex("01ac02"
                                        "0c"
                                        "1f610100ff14506161616161")) == same);
    CHECK(decoded<Packed<Zlib>>(from_hex("01ac02"
                                         "0d"
                                         "789c4b4c1c05c40200d8a871ad")) == same);
    for (const std::string& packed :
         {encoded<Packed<Zstd>>(same), encoded<Packed<Lz4>>(same), encoded<Packed<Zlib>>(same)})
        CHECK(to_hex(packed.substr(0, 3)) == "01ac02");
}

TEST_CASE_TEMPLATE("damaged frames are refused", C, Zstd, Lz4, Zlib) {
    const std::string good = encoded<Packed<C>>(std::string(5000, 'x') + "end");
    CHECK(refusal<Packed<C>>("") == "compressed value: there are no bytes");
    CHECK(refusal<Packed<C>>("\x02") == "compressed value: it begins with 2, not 0 or 1");
    CHECK(refusal<Packed<C>>("\x01") == "compressed value: its bytes end within a number");
    CHECK(refusal<Packed<C>>(from_hex("01ffffffffffffffffffff01")) ==
          "compressed value: one of its numbers has more than 64 bits");
    CHECK(refusal<Packed<C>>(good + "x") == "compressed value: 1 bytes follow its end");
    CHECK(refusal<Packed<C>>(from_hex("01ffffffffffffffffff01"
                                      "00")) ==
          "compressed value: it claims 18446744073709551615 bytes, at most 1073741824 are read");
    // Claims a gigabyte; the first piece shows that it is none.
    CHECK(refusal<Packed<C>>(from_hex("018080808004"
                                      "020000")) ==
          "compressed value: a piece does not decompress to 1048576 bytes");
    CHECK(refusal<Packed<C>>(from_hex("018080808004"
                                      "7f00")) == "compressed value: its bytes end within a piece");
    for (std::size_t size = 1; size < good.size(); ++size)
        CHECK(refusal<Packed<C>>(good.substr(0, size)) != "accepted");
    using Short = Compressed<Bytes, C, 100>;
    CHECK(refusal<Short>(good) == "compressed value: it claims 5003 bytes, at most 100 are read");
    CHECK(refusal<Short>(std::string(102, '\0')) == "compressed value: it is longer than 100 bytes");
    CHECK(decoded<Short>(std::string(101, '\0')).size() == 100);
    std::string out = "kept";
    CHECK_THROWS_AS(Short::encode(std::string(101, 'a'), out), Error);
    CHECK(out == "kept");
}

TEST_CASE_TEMPLATE("changed bytes are refused or read as something, and never harm", C, Zstd, Lz4, Zlib) {
    test::Random random(test::seed());
    const std::string good = encoded<Packed<C>>(std::string(2000, 'x') + std::string(2000, 'y'));
    int refused = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string bytes = good;
        for (std::size_t changes = 1 + random() % 3; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        if (refusal<Packed<C>>(bytes) != "accepted") ++refused;
    }
    CHECK(refused > 500);
}
