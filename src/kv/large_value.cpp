#include "cambium/kv/large_value.hpp"

#include <cstring>

#include "kv/environment_state.hpp"
#include "kv/meta.hpp"
#include "kv/tree.hpp"

namespace cambium::kv {

namespace {

void require_same(const detail::TransactionState* txn, std::uint64_t serial) {
    if (txn->serial != serial)
        throw Error(ErrorCode::misuse, "the transaction of a value's reader or writer has ended: make a new one");
    detail::require_active(txn, txn->open_level());
}

std::string out_of_range(std::uint64_t position, std::uint64_t size) {
    return "byte " + std::to_string(position) + " lies behind the end of a value of " + std::to_string(size) +
           " bytes";
}

}  // namespace

ValueReader::ValueReader(const detail::TransactionState& txn, ByteView value, std::uint64_t run)
    : txn_(&txn), serial_(txn.serial), value_(value), run_(run) {
    if (run_ == 0) return;
    const std::uint64_t available = (txn.snapshot.page_count - run_) * txn.page_size_bytes;
    if (const char* why = run_frame_error(txn.map + run_ * txn.page_size_bytes, available, *txn.checksum, run_,
                                          txn.page_size_bytes))
        throw_corrupt(run_, why);
}

void ValueReader::seek(std::uint64_t position) {
    require_same(txn_, serial_);
    if (position > value_.size()) throw Error(ErrorCode::invalid_argument, out_of_range(position, value_.size()));
    position_ = position;
}

void ValueReader::verify_chunk() {
    const std::uint64_t chunk = position_ / kRunChunkSize;
    if (run_ == 0 || chunk == verified_) return;
    if (txn_->env->reads_sparsely())
        txn_->env->read_value_ahead(run_, position_, value_.size(), chunk == verified_ + 1);
    if (const char* why = run_chunk_error(txn_->map + run_ * txn_->page_size_bytes, *txn_->checksum, chunk))
        throw_corrupt(run_, why);
    verified_ = chunk;
}

ByteView ValueReader::next() {
    require_same(txn_, serial_);
    if (position_ == value_.size()) return {};
    verify_chunk();
    const ByteView piece = value_.substr(position_, kRunChunkSize - position_ % kRunChunkSize);
    position_ += piece.size();
    return piece;
}

std::size_t ValueReader::read(std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const std::uint64_t from = position_;
        const ByteView piece = next().substr(0, into.size() - done);
        if (piece.empty()) break;
        std::memcpy(into.data() + done, piece.data(), piece.size());
        done += piece.size();
        position_ = from + piece.size();
    }
    return done;
}

ValueWriter::ValueWriter(detail::TransactionState& txn, std::uint64_t level, detail::TreeState& tree,
                         std::string key, std::uint64_t size)
    : txn_(&txn), level_(level), tree_(&tree), serial_(txn.serial), key_(std::move(key)), size_(size) {}

void ValueWriter::append(ByteView piece) {
    require_same(txn_, serial_);
    detail::require_writable(txn_, level_);
    if (piece.size() > size_ - written_)
        throw Error(ErrorCode::invalid_argument, out_of_range(written_ + piece.size(), size_));
    if (piece.empty()) return;
    const std::span<std::byte> value = detail::stored_value(*txn_, *tree_, key_);
    if (value.size() != size_)
        throw Error(ErrorCode::misuse, "the value being written was changed or erased meanwhile");
    std::memcpy(value.data() + written_, piece.data(), piece.size());
    written_ += piece.size();
}

void ValueWriter::finish() const {
    require_same(txn_, serial_);
    detail::require_writable(txn_, level_);
    if (written_ != size_)
        throw Error(ErrorCode::misuse, "a value of " + std::to_string(size_) + " bytes was finished after " +
                                           std::to_string(written_) + " of them");
}

}  // namespace cambium::kv
