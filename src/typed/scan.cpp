// Walks over a table or an index, within bounds, either way.
#include "cambium/query.hpp"
#include "cambium/reader.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

kv::Tree tree_of(const TableHandle& handle, const Selection& selection) {
    return selection.index == kRecords ? handle.table->records : handle.table->indexes[selection.index];
}

}  // namespace

Scan::Scan(const TableHandle& handle, Selection selection)
    : handle_(handle),
      selection_(std::move(selection)),
      cursor_(TransactionAccess::store(handle_).cursor(tree_of(handle_, selection_))) {}

// To the next entry within the bounds, without looking at what it is.
bool Scan::step() {
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
    if (selection_.index == kRecords) {
        primary_key_ = cursor_.key();
        return true;
    }
    const TableDescription& table = *handle_.table->description;
    const IndexDescription& index = table.indexes[selection_.index];
    if (index.kind == IndexKind::unique) {
        primary_key_ = cursor_.value();
        return true;
    }
    ByteView entry = cursor_.key();
    try {
        index.skip(entry);
    } catch (const Error& error) {
        throw Error(ErrorCode::corrupt, index_text(table, index) + " holds a key that is none: " + error.what());
    }
    primary_key_ = entry;
    return true;
}

void Scan::read(void* record) {
    if (selection_.index == kRecords) {
        decode_record(*handle_.table->description, primary_key_, cursor_.value(), record);
    } else {
        read_indexed(handle_, selection_.index, primary_key_, record);
    }
}

std::uint64_t count(const TableHandle& handle, const Selection& selection) {
    const Selection whole;
    if (selection.low.empty() && !selection.high && selection.skip == 0 && selection.limit == whole.limit) {
        return TransactionAccess::store(handle).statistics(tree_of(handle, selection)).entries;
    }
    Scan scan(handle, selection);
    std::uint64_t entries = 0;
    while (scan.advance()) ++entries;
    return entries;
}

}  // namespace cambium::detail
