// A codec's decoder on any bytes: it refuses them with Error{decode}, or what it made of them can be encoded and
// decoded again to the same. Thread rule: one thread.
#pragma once

#include <cstdint>

#include "cambium/base/error.hpp"
#include "codec_samples.hpp"
#include "target.hpp"

namespace cambium::fuzz {

/// Encoded; what has no order, and so no one way to be encoded, is left out.
template <class C, class R>
std::string encoded(R record) {
    if constexpr (std::is_same_v<R, test::Containers>) record.hashed.clear();
    std::string bytes;
    C::encode(record, bytes);
    return bytes;
}

template <class C, class R>
void decode_with(std::string_view input) {
    const std::vector<char> bytes = exact_copy(input);
    R record{};
    try {
        C::decode(ByteView{bytes.data(), bytes.size()}, record);
    } catch (const Error& error) {
        require(error.code() == ErrorCode::decode, "another error than decode");
        return;
    }
    std::string once;
    try {
        C::encode(record, once);
    } catch (const Error& error) {
        require(error.code() == ErrorCode::encode, "another error than encode");
        return;  // a time that JSON has no form for, say
    }
    R again{};
    C::decode(ByteView{once.data(), once.size()}, again);
    require(encoded<C>(record) == encoded<C>(again), "a record changes when it is encoded and decoded");
    if constexpr (std::is_same_v<R, test::Containers>)
        require(record.hashed == again.hashed, "a map changes when it is encoded and decoded");
}

template <class C, class R>
void add_seed(std::vector<std::string>& made, char type, const R& record) {
    made.emplace_back(1, type);
    C::encode(record, made.back());
}

/// For codecs that know all shapes of records: the first byte chooses the record.
template <class C>
void decode_some_record(std::string_view input) {
    using Decoder = void (*)(std::string_view);
    constexpr Decoder kDecoders[] = {decode_with<C, test::Numbers>, decode_with<C, test::Texts>,
                                     decode_with<C, test::Containers>, decode_with<C, test::Tree>,
                                     decode_with<C, std::vector<std::vector<int>>>};
    if (input.empty()) return;
    kDecoders[static_cast<unsigned char>(input.front()) % std::size(kDecoders)](input.substr(1));
}

template <class C>
std::vector<std::string> seeds_of_every_record() {
    test::Random random{7};
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
        add_seed<C>(made, 0, test::random_numbers(random));
        add_seed<C>(made, 1, test::random_texts(random));
        add_seed<C>(made, 2, test::random_containers(random));
        add_seed<C>(made, 3, test::random_tree(random, 3));
    }
    add_seed<C>(made, 4, std::vector<std::vector<int>>{{1, -2}, {}, {300000}});
    return made;
}

}  // namespace cambium::fuzz
