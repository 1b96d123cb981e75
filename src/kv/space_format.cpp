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
        const SpaceLog log = records.empty() ? delta.log : SpaceLog{};
        for (const std::uint64_t number : {log.begin, log.next_chunk, log.delta_bytes, log.checkpoint_bytes})
            put_varint(record, number);
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
    SpaceLog& log = delta.log;
    for (std::uint64_t* number : {&log.begin, &log.next_chunk, &log.delta_bytes, &log.checkpoint_bytes})
        *number += get_varint(record);
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

namespace {

// The two ways to write a chunk; the shorter one is taken.
constexpr char kChunkRuns = 0;     ///< varints: pages * 4 + state, from the first page on; the rest is in use
constexpr char kChunkBitmaps = 1;  ///< free, then waiting, lowest bit first
constexpr std::uint64_t kStateFree = 1;
constexpr std::uint64_t kStateWaiting = 2;

void put_bitmap(std::string& out, const PageBits& bits) {
    for (std::uint64_t page = 0; page < kChunkPages; page += 8) {
        unsigned byte = 0;
        for (unsigned i = 0; i < 8; ++i) byte |= bits.test(page + i) ? 1U << i : 0U;
        out.push_back(static_cast<char>(byte));
    }
}

void get_bitmap(ByteView in, PageBits& bits) {
    for (std::uint64_t page = 0; page < kChunkPages; ++page)
        if ((static_cast<unsigned char>(in[page / 8]) >> page % 8 & 1U) != 0) bits.assign({page, 1}, true);
}

std::uint64_t state_of(const SpaceChunk& chunk, std::uint64_t page) {
    return chunk.free.test(page) ? kStateFree : chunk.waiting.test(page) ? kStateWaiting : 0;
}

}  // namespace

std::string encode_chunk(const SpaceChunk& chunk) {
    std::string record(8, '\0');
    std::memcpy(record.data(), &chunk.transaction, 8);
    const std::size_t head = record.size();
    record.push_back(kChunkRuns);
    for (std::uint64_t page = 0; page < kChunkPages && record.size() < head + kChunkPages / 4;) {
        const std::uint64_t state = state_of(chunk, page);
        const std::uint64_t first = page;
        while (page < kChunkPages && state_of(chunk, page) == state) ++page;
        if (state != 0 || page < kChunkPages) put_varint(record, (page - first) << 2 | state);
    }
    if (record.size() < head + kChunkPages / 4) return record;
    record.resize(head);
    record.push_back(kChunkBitmaps);
    put_bitmap(record, chunk.free);
    put_bitmap(record, chunk.waiting);
    return record;
}

SpaceChunk decode_chunk(ByteView record) {
    if (record.size() < 9) malformed();
    SpaceChunk chunk;
    chunk.transaction = load<TransactionId>(reinterpret_cast<const std::byte*>(record.data()));
    const char way = record[8];
    record.remove_prefix(9);
    if (way == kChunkBitmaps && record.size() == kChunkPages / 4) {
        get_bitmap(record.substr(0, kChunkPages / 8), chunk.free);
        get_bitmap(record.substr(kChunkPages / 8), chunk.waiting);
        return chunk;
    }
    if (way != kChunkRuns) malformed();
    for (std::uint64_t page = 0; !record.empty();) {
        const std::uint64_t run = get_varint(record);
        const std::uint64_t pages = run >> 2;
        const std::uint64_t state = run & 3;
        if (pages == 0 || pages > kChunkPages - page || state > kStateWaiting) malformed();
        if (state != 0) (state == kStateFree ? chunk.free : chunk.waiting).assign({page, pages}, true);
        page += pages;
    }
    return chunk;
}

std::string chunk_key(std::uint32_t chunk) {
    std::string key(1, kSpaceChunk);
    put_big_endian(key, chunk);
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
