#include "typed/change_log.hpp"

#include <array>
#include <cstring>

#include "cambium/base/error.hpp"
#include "cambium/key/key.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/reader.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};
constexpr int kMostRemoved = 2;

/// The fields at the front of an entry, as they lie in it.
struct EntryHeader {
    std::uint8_t operation;
    std::uint8_t zero[7];
    std::int64_t time;
    std::uint64_t transaction;
    std::uint64_t total_bytes;
    std::uint64_t key_bytes;
    std::uint64_t before_bytes;
    std::uint64_t after_bytes;
};
static_assert(sizeof(EntryHeader) == 56);

std::uint64_t size_of(const std::optional<ByteView>& bytes) {
    return bytes ? bytes->size() : kNone;
}

EntryHeader header_of(ByteView entry) {
    EntryHeader header{};
    if (entry.size() < sizeof header) throw Error(ErrorCode::corrupt, "an entry of a change log is cut short");
    std::memcpy(&header, entry.data(), sizeof header);
    return header;
}

std::uint64_t position_of(ByteView key) {
    return key::decode<std::uint64_t>(key);
}

/// Takes so many bytes off the front; nothing for kNone.
std::optional<ByteView> take_part(ByteView& rest, std::uint64_t size) {
    if (size == kNone) return std::nullopt;
    if (size > rest.size()) throw Error(ErrorCode::corrupt, "an entry of a change log is cut short");
    const ByteView part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
}

ChangeBytes parse(ByteView entry) {
    const EntryHeader header = header_of(entry);
    ByteView rest = entry.substr(sizeof header);
    ChangeBytes change;
    change.operation = static_cast<Operation>(header.operation);
    change.transaction = header.transaction;
    change.time = Timestamp{std::chrono::nanoseconds{header.time}};
    change.key = take_part(rest, header.key_bytes).value_or(ByteView());
    change.before = take_part(rest, header.before_bytes);
    change.after = take_part(rest, header.after_bytes);
    return change;
}

class Trimming {
public:
    Trimming(const LogDescription& limits, const EntryHeader& newest, std::uint64_t position)
        : limits_(limits), newest_(newest), position_(position) {}

    /// Whether the oldest entry is over a limit.
    [[nodiscard]] bool removes(std::uint64_t position, ByteView entry) const {
        if (position >= position_) return false;
        const EntryHeader oldest = header_of(entry);
        if (limits_.changes > 0 && position_ - position >= limits_.changes) return true;
        const std::uint64_t kept = newest_.total_bytes - oldest.total_bytes + entry.size();
        if (limits_.bytes > 0 && kept > limits_.bytes) return true;
        if (limits_.seconds == 0 || newest_.time <= oldest.time) return false;
        const auto age = static_cast<std::uint64_t>(newest_.time) - static_cast<std::uint64_t>(oldest.time);
        return age / 1'000'000'000 > limits_.seconds;
    }

private:
    const LogDescription& limits_;
    const EntryHeader& newest_;
    std::uint64_t position_;
};

}  // namespace

std::string log_tree_name(std::uint64_t table_id) {
    return "cambium.log." + std::to_string(table_id);
}

void append_log(kv::WriteTransaction& store, kv::Tree tree, const LogDescription& limits,
                const ChangeBytes& change) {
    EntryHeader header{};
    header.operation = static_cast<std::uint8_t>(change.operation);
    header.time = change.time.time_since_epoch().count();
    header.transaction = change.transaction;
    header.key_bytes = change.key.size();
    header.before_bytes = size_of(change.before);
    header.after_bytes = size_of(change.after);
    const ByteView parts[] = {change.key, change.before.value_or(ByteView()), change.after.value_or(ByteView())};
    header.total_bytes = sizeof header;
    for (const ByteView part : parts) header.total_bytes += part.size();

    kv::Cursor cursor = store.cursor(tree);
    std::uint64_t position = 1;
    if (cursor.last()) {
        position = position_of(cursor.key()) + 1;
        header.total_bytes += header_of(cursor.value()).total_bytes;
    }
    std::string entry(reinterpret_cast<const char*>(&header), sizeof header);
    for (const ByteView part : parts) entry += part;
    store.put(tree, key::encode(position), entry);

    const Trimming trimming(limits, header, position);
    for (int removed = 0; removed < kMostRemoved && cursor.first(); ++removed) {
        const std::string oldest(cursor.key());
        if (!trimming.removes(position_of(oldest), cursor.value())) break;
        store.erase(tree, oldest);
    }
}

void restart_log(kv::WriteTransaction& store, std::uint64_t table_id) {
    const std::optional<kv::Tree> tree = store.find_tree(log_tree_name(table_id));
    if (!tree) return;
    EntryHeader header{};
    std::uint64_t position = 0;
    {
        kv::Cursor cursor = store.cursor(*tree);
        if (!cursor.last()) return;
        position = position_of(cursor.key()) + 1;
        header = header_of(cursor.value());  // time and bytes go on from there
    }
    header.operation = static_cast<std::uint8_t>(Operation::missed);
    header.transaction = store.id();
    header.total_bytes += sizeof header;
    header.key_bytes = 0;
    header.before_bytes = header.after_bytes = kNone;
    store.clear(*tree);
    store.put(*tree, key::encode(position), ByteView(reinterpret_cast<const char*>(&header), sizeof header));
}

void log_gap(kv::WriteTransaction& store, std::uint64_t table_id, Timestamp now) {
    const std::optional<kv::Tree> tree = store.find_tree(log_tree_name(table_id));
    if (!tree) return;
    append_log(store, *tree, LogDescription{},
               {Operation::missed, store.id(), now, {}, std::nullopt, std::nullopt});
}

void record_change(const TableState& table, WriteWorkspace& workspace, kv::WriteTransaction& store,
                   Operation operation, ByteView key, std::optional<ByteView> before,
                   std::optional<ByteView> after) {
    const LogDescription& log = table.description->extras->log;
    const bool watched = table.watchers.load(std::memory_order_relaxed) > 0;
    if (!watched && !log.keeps) return;
    const ChangeBytes change{operation, store.id(), workspace.time, key, before, after};
    if (watched) workspace.collected.add(table, change);
    if (log.keeps) append_log(store, table.log, log, change);
}

LogBounds log_bounds(ReadTransaction& transaction, const TableDescription& table) {
    const TableHandle handle = find_table(transaction, table);
    kv::Cursor cursor = TransactionAccess::store(handle).cursor(handle.table->log);
    if (!cursor.last()) return {1, 1};
    const std::uint64_t next = position_of(cursor.key()) + 1;
    cursor.first();
    return {position_of(cursor.key()), next};
}

void read_log(ReadTransaction& transaction, const TableDescription& table, std::uint64_t from, std::size_t limit,
              void* context, void (*take)(void* context, std::uint64_t position, const ChangeBytes& change)) {
    const TableHandle handle = find_table(transaction, table);
    kv::Cursor cursor = TransactionAccess::store(handle).cursor(handle.table->log);
    if (limit == 0 || !cursor.seek(key::encode(from))) return;
    do {
        take(context, position_of(cursor.key()), parse(cursor.value()));
    } while (--limit > 0 && cursor.next());
}

}  // namespace cambium::detail
