// Walks over a table or an index, within bounds, either way.
#include <algorithm>

#include "base/checksum.hpp"
#include "base/hex.hpp"
#include "cambium/key/key.hpp"
#include "cambium/query.hpp"
#include "cambium/reader.hpp"
#include "typed/expiry.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

// Entries within the bounds: pages are counted, not visited one entry after the other.
std::uint64_t count_between(const kv::Transaction& store, kv::Tree tree, const Selection& selection) {
    if (selection.high) {
        // An empty bound of the store is none.
        if (selection.low >= *selection.high) return 0;
        return store.count_range(tree, selection.low, *selection.high);
    }
    const std::uint64_t entries = store.statistics(tree).entries;
    return selection.low.empty() ? entries : entries - store.rank(tree, selection.low);
}

kv::Tree tree_of(const TableHandle& handle, const Selection& selection) {
    return selection.index == kRecords ? handle.table->records : handle.table->indexes[selection.index];
}

}  // namespace

Bounds between(Bounds one, Bounds other) {
    const auto is_before = [](const std::optional<std::string>& place, const std::optional<std::string>& than) {
        return place && (!than || *place < *than);
    };
    if (is_before(other.low, one.low)) one.low.swap(other.low);
    if (is_before(one.high, other.high)) one.high.swap(other.high);
    return one;
}

Scan::Scan(const TableHandle& handle, Selection selection)
    : handle_(handle),
      selection_(std::move(selection)),
      cursor_(TransactionAccess::store(handle_).cursor(tree_of(handle_, selection_))) {}

// To the next entry within the bounds whose record has not expired.
bool Scan::step() {
    while (step_any()) {
        if (!some_expired(handle_) || !stands_on_expired()) return true;
    }
    return false;
}

bool Scan::stands_on_expired() {
    if (selection_.index == kRecords) return is_expired(handle_, cursor_.key(), cursor_.value());
    const std::string key(entry_key());
    return !live_bytes(handle_, key);
}

// To the next entry within the bounds, without looking at what it is.
bool Scan::step_any() {
    if (finished_) return false;
    const bool first = !std::exchange(started_, true);
    bool there = false;
    if (selection_.reverse) {
        there = !first            ? cursor_.previous()
                : selection_.high ? cursor_.seek_before(*selection_.high)
                                  : cursor_.last();
        there = there && cursor_.key() >= selection_.low;
    } else {
        there = !first ? cursor_.next() : selection_.low.empty() ? cursor_.first() : cursor_.seek(selection_.low);
        there = there && (!selection_.high || cursor_.key() < *selection_.high);
    }
    finished_ = !there;
    return there;
}

bool Scan::advance() {
    for (; selection_.skip > 0; --selection_.skip) {
        if (!step()) return false;
    }
    if (selection_.limit == 0) return false;
    --selection_.limit;
    return step();
}

bool Scan::next() {
    if (!advance()) return false;
    primary_key_ = entry_key();
    return true;
}

// The primary key of the entry under the cursor, until the cursor moves.
ByteView Scan::entry_key() {
    if (selection_.index == kRecords) return cursor_.key();
    const TableDescription& table = *handle_.table->description;
    const IndexDescription& index = table.indexes[selection_.index];
    if (index.kind == IndexKind::unique) return owner_of(table, index, cursor_.value());
    ByteView entry = cursor_.key();
    try {
        index.skip(index, entry);
    } catch (const Error& error) {
        throw Error(ErrorCode::corrupt, index_text(table, index) + " holds a key that is none: " + error.what());
    }
    return entry;
}

void Scan::read_entry(void (*decode)(ByteView key, ByteView value, void* out), void* out) {
    try {
        decode(cursor_.key(), cursor_.value(), out);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        const TableDescription& table = *handle_.table->description;
        throw Error(ErrorCode::corrupt, index_text(table, table.indexes[selection_.index]) +
                                            " holds an entry that is none: " + error.what());
    }
}

void Scan::read_part(void (*decode)(ByteView bytes, void* record), void* record) {
    std::optional<ByteView> bytes;
    if (selection_.index == kRecords) {
        bytes = cursor_.value();
    } else {
        bytes = find_indexed_bytes(handle_, selection_.index, primary_key_);
    }
    try {
        decode(*bytes, record);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        throw record_does_not_decode(*handle_.table->description, primary_key_, error);
    }
}

void Scan::read(void* record) {
    if (selection_.index == kRecords) {
        decode_record(*handle_.table->description, primary_key_, cursor_.value(), record);
    } else {
        read_indexed(handle_, selection_.index, primary_key_, record);
    }
}

namespace {

// So that a token is not taken for one of another query.
std::uint32_t fingerprint_of(const TableHandle& handle, const Selection& selection) {
    const TableDescription& table = *handle.table->description;
    std::string text;
    key::append(text, table.name);
    key::append(text, selection.index == kRecords ? std::string_view() : table.indexes[selection.index].name);
    key::append(text, std::string_view(selection.low));
    key::append(text, selection.high.has_value());
    key::append(text, std::string_view(selection.high ? *selection.high : std::string()));
    key::append(text, selection.reverse);
    return static_cast<std::uint32_t>(base::plain_checksum(text.data(), text.size()));
}

constexpr std::string_view kTokenVersion = "1";

[[noreturn]] void refuse_token(const TableHandle& handle, std::string_view why) {
    throw Error(ErrorCode::invalid_argument, table_text(*handle.table->description) + ": the token of the page " +
                                                 std::string(why) + "; begin with the first page again");
}

}  // namespace

std::string page_token(const TableHandle& handle, const Selection& selection, ByteView position) {
    std::string bytes;
    key::append(bytes, fingerprint_of(handle, selection));
    bytes += position;
    std::string token(kTokenVersion);
    cambium::append_hex(token, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return token;
}

void resume(const TableHandle& handle, Selection& selection, std::string_view token) {
    if (!token.starts_with(kTokenVersion) || token.size() % 2 != 1) refuse_token(handle, "is no token");
    std::string bytes;
    for (std::size_t i = kTokenVersion.size(); i < token.size(); i += 2) {
        const auto high = hex_value(token[i]);
        const auto low = hex_value(token[i + 1]);
        if (!high || !low) refuse_token(handle, "is no token");
        bytes.push_back(static_cast<char>(*high << 4U | *low));
    }
    ByteView rest = bytes;
    if (rest.size() <= sizeof(std::uint32_t)) refuse_token(handle, "is no token");
    if (key::decode<std::uint32_t>(rest) != fingerprint_of(handle, selection))
        refuse_token(handle, "is one of another query");
    // The fingerprint is no secret: a text that was put together may hold any position.
    if (rest < selection.low || (selection.high && rest >= *selection.high))
        refuse_token(handle, "names a place outside of this query");
    selection.skip = 0;
    if (selection.reverse) {
        selection.high = rest;
    } else {
        selection.low = rest;
        selection.low.push_back('\0');
    }
}

void throw_sum_too_large(std::string_view member) {
    throw Error(ErrorCode::invalid_argument,
                "the sum of field \"" + std::string(member) + "\" does not fit 64 bits");
}

std::uint64_t count(const TableHandle& handle, const Selection& selection) {
    const bool expired = some_expired(handle);
    const bool whole = selection.low.empty() && !selection.high;
    constexpr std::uint64_t kFew = 128;  // entries to walk over rather than count the pages of a range
    const bool few = selection.limit <= kFew && selection.skip <= kFew;
    if ((expired && !(whole && selection.index == kRecords)) || (few && !whole)) {
        Scan scan(handle, selection);
        std::uint64_t entries = 0;
        while (scan.advance()) ++entries;
        return entries;
    }
    std::uint64_t entries = count_between(TransactionAccess::store(handle), tree_of(handle, selection), selection);
    if (expired) entries -= count_expired(handle);
    return std::min(entries - std::min(entries, selection.skip), selection.limit);
}

}  // namespace cambium::detail
