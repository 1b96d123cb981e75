// The decoder of Compressed, with each compressor; the first byte chooses it.
#include "cambium/codec/bytes.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/lz4.hpp"
#include "cambium/codec/zlib.hpp"
#include "cambium/codec/zstd.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

namespace {

template <class Compressor>
using Packed = Compressed<Bytes, Compressor, std::uint64_t{16} << 20U>;

template <class Compressor>
void add_seeds(std::vector<std::string>& made, char choice) {
    add_seed<Packed<Compressor>>(made, choice, std::string(300, 'a') + "end");
    add_seed<Packed<Compressor>>(made, choice, std::string("short"));
    test::Random random{7};
    add_seed<Compressed<Cbor, Compressor>>(made, static_cast<char>(choice + 3), test::random_containers(random));
}

}  // namespace

void run(std::string_view input) {
    if (input.empty()) return;
    const std::string_view rest = input.substr(1);
    switch (static_cast<unsigned char>(input.front()) % 6) {
        case 0:
            return decode_with<Packed<Zstd>, std::string>(rest);
        case 1:
            return decode_with<Packed<Lz4>, std::string>(rest);
        case 2:
            return decode_with<Packed<Zlib>, std::string>(rest);
        case 3:
            return decode_with<Compressed<Cbor, Zstd>, test::Containers>(rest);
        case 4:
            return decode_with<Compressed<Cbor, Lz4>, test::Containers>(rest);
        default:
            return decode_with<Compressed<Cbor, Zlib>, test::Containers>(rest);
    }
}

std::vector<std::string> seeds() {
    std::vector<std::string> made;
    add_seeds<Zstd>(made, 0);
    add_seeds<Lz4>(made, 1);
    add_seeds<Zlib>(made, 2);
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\x01\x80\x80\x40"sv, "\x01\xac\x02"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
            "\x28\xb5\x2f\xfd"sv, "\x78\x9c"sv,     "\x1f"sv};
}

}  // namespace cambium::fuzz
