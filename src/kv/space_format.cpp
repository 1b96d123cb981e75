#include "kv/space_format.hpp"

namespace cambium::kv {

namespace {

void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

[[noreturn]] void malformed() {
    throw_corrupt(0, "a record of the free space is malformed");
}

std::uint64_t get_varint(ByteView& in) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(in.front());
        in.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    malformed();
}

template <class T>
void put_big_endian(std::string& out, T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift));
}

template <class T>
T get_big_endian(ByteView in) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value << 8 | static_cast<T>(static_cast<unsigned char>(in[i])));
    return value;
}

}  // namespace

std::vector<std::string> encode_delta(const SpaceDelta& delta, TransactionId transaction) {
    // Every record holds an allocated list and a retired list: long lists of one kind go on in records of their
    // own.
    std::vector<std::string> records;
    std::size_t allocated = 0;
    std::size_t retired = 0;
    do {
        std::string record(8, '\0');
        if (records.empty()) std::memcpy(record.data(), &delta.unused_pages, 8);
        std::string body;
        std::uint64_t last = 0;
        std::size_t count = 0;
        for (; allocated < delta.allocated.size() && body.size() < kSpaceRecordBytes; ++allocated, ++count) {
            const Extent& extent = delta.allocated[allocated];
            // Extents stand in address order but for tails taken late, so the distance wraps when it must.
            put_varint(body, extent.first_page - last);
            put_varint(body, extent.page_count);
            last = extent.first_page + extent.page_count;
        }
        put_varint(record, count);
        record.append(body);
        body.clear();
        last = 0;
        count = 0;
        for (; retired < delta.retired.size() && record.size() + body.size() < kSpaceRecordBytes;
             ++retired, ++count) {
            const RetiredExtent& extent = delta.retired[retired];
            put_varint(body, extent.first_page - last);
            put_varint(body, extent.page_count);
            put_varint(body, transaction - extent.birth);
            last = extent.first_page + extent.page_count;
        }
        put_varint(record, count);
        record.append(body);
        records.push_back(std::move(record));
    } while (allocated < delta.allocated.size() || retired < delta.retired.size());
    return records;
}

void decode_delta(ByteView record, TransactionId transaction, SpaceDelta& delta) {
    if (record.size() < 8) malformed();
    delta.unused_pages += load<std::uint64_t>(reinterpret_cast<const std::byte*>(record.data()));
    record.remove_prefix(8);
    std::uint64_t last = 0;
    for (std::uint64_t n = get_varint(record); n > 0; --n) {
        const std::uint64_t first = last + get_varint(record);
        delta.allocated.push_back({first, get_varint(record)});
        last = first + delta.allocated.back().page_count;
    }
    last = 0;
    for (std::uint64_t n = get_varint(record); n > 0; --n) {
        const std::uint64_t first = last + get_varint(record);
        const std::uint64_t count = get_varint(record);
        delta.retired.push_back({first, count, transaction - get_varint(record), transaction});
        last = first + count;
    }
    if (!record.empty()) malformed();
}

std::vector<std::string> encode_waiting(std::span<const RetiredExtent> waiting) {
    std::vector<std::string> records;
    std::uint64_t last = 0;
    for (const RetiredExtent& extent : waiting) {
        if (records.empty() || records.back().size() >= kSpaceRecordBytes) {
            records.emplace_back();
            last = 0;
        }
        std::string& record = records.back();
        put_varint(record, extent.first_page - last);
        put_varint(record, extent.page_count);
        put_varint(record, extent.birth);
        put_varint(record, extent.retired - extent.birth);
        last = extent.first_page + extent.page_count;
    }
    return records;
}

void decode_waiting(ByteView record, std::vector<RetiredExtent>& waiting) {
    std::uint64_t last = 0;
    while (!record.empty()) {
        const std::uint64_t first = last + get_varint(record);
        const std::uint64_t count = get_varint(record);
        const TransactionId birth = get_varint(record);
        waiting.push_back({first, count, birth, birth + get_varint(record)});
        last = first + count;
    }
}

std::string chunk_key(std::uint32_t chunk) {
    std::string key(1, kSpaceChunk);
    put_big_endian(key, chunk);
    return key;
}

std::string waiting_key(std::uint32_t sequence) {
    std::string key(1, kSpaceWaiting);
    put_big_endian(key, sequence);
    return key;
}

std::string delta_key(TransactionId transaction, std::uint16_t sequence) {
    std::string key(1, kSpaceDelta);
    put_big_endian(key, transaction);
    put_big_endian(key, sequence);
    return key;
}

TransactionId delta_transaction(ByteView key) {
    if (key.size() != 11) malformed();
    return get_big_endian<std::uint64_t>(key.substr(1));
}

std::uint32_t chunk_number(ByteView key) {
    if (key.size() != 5) malformed();
    return get_big_endian<std::uint32_t>(key.substr(1));
}

}  // namespace cambium::kv
