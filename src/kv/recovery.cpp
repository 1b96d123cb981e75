#include "kv/recovery.hpp"

#include <algorithm>
#include <span>

#include "kv/environment_state.hpp"
#include "os/new_file.hpp"

namespace cambium::kv {

namespace {

[[noreturn]] void fail(ErrorCode code, const std::string& path, const std::string& why) {
    throw Error(code, "cannot open \"" + path + "\": " + why);
}

[[noreturn]] void fail_version(const std::string& path, std::uint32_t version) {
    fail(ErrorCode::format_version, path,
         "it has format version " + std::to_string(version) + ", and this library reads version " +
             std::to_string(kFormatVersion));
}

// One slot of another version is enough: a newer library has written here, and knows what it meant.
void refuse_other_version(const std::string& path, const SlotContent (&slots)[2]) {
    for (const SlotContent& slot : slots)
        if (slot.state == SlotContent::State::other_version) fail_version(path, slot.meta.header.format_version);
}

// No slot can be believed: say why as exactly as the bytes allow.
[[noreturn]] void refuse(const os::File& file, const std::string& path, const SlotContent (&slots)[2]) {
    using State = SlotContent::State;
    refuse_other_version(path, slots);
    // Another version may check its slots in another way; that both name the same one is no accident.
    const std::uint32_t version = slots[0].meta.header.format_version;
    if (slots[0].state == State::damaged && slots[1].state == State::damaged && version != kFormatVersion &&
        version == slots[1].meta.header.format_version)
        fail_version(path, version);
    const bool ours = slots[0].state == State::damaged || slots[1].state == State::damaged ||
                      slots[0].state == State::valid || slots[1].state == State::valid;
    if (!ours) fail(ErrorCode::not_a_store, path, "it is not a Cambium store");
    if (file.size() < kMetaAreaSize)
        fail(ErrorCode::corrupt, path,
             "the file is cut off inside its first " + std::to_string(kMetaAreaSize) + " bytes");
    fail(ErrorCode::corrupt, path, "neither of its two commit records can be believed");
}

/// Proves that the state a meta names is whole: reads what its extents cover, a page or a chunk of a large value at
/// a time.
class ExtentProof {
public:
    ExtentProof(const os::File& file, const Meta& meta)
        : file_(file),
          header_(meta.header),
          extents_(meta.extents),
          checksum_(meta.header.seed),
          page_size_(meta.header.page_size),
          page_(page_size_) {}

    /// Why it is not, or nullptr.
    const char* error() {
        if (file_.size() / page_size_ < header_.page_count) return "the file is shorter than its last commit";
        if (const char* why = extents_error()) return why;
        for (const Extent& extent : extents_)
            for (std::uint64_t done = 0; done < extent.page_count;) {
                std::uint64_t used = 1;
                if (const char* why = page_error(extent.first_page + done, extent.page_count - done, used))
                    return why;
                done += used;
            }
        return digest_of(checksum_, written_) == header_.digest ? nullptr
                                                                : "the digest of the last commit does not hold";
    }

private:
    // Before anything is read.
    [[nodiscard]] const char* extents_error() const {
        std::uint64_t pages_left = kMaxVerifiedBytes / page_size_;
        for (const Extent& extent : extents_) {
            if (extent.first_page < first_data_page(page_size_) || extent.first_page >= header_.page_count ||
                extent.page_count > header_.page_count - extent.first_page)
                return "an extent of the last commit lies outside the file";
            if (extent.page_count > pages_left)
                return "the extents of the last commit are longer than those of any commit";
            pages_left -= extent.page_count;
        }
        return nullptr;
    }

    const char* page_error(std::uint64_t page, std::uint64_t pages_left, std::uint64_t& used) {
        if (!read(page * page_size_, page_)) return kCutOff;
        const auto node = load<NodeHeader>(page_.data());
        if (node.kind == PageKind::run) {
            const auto run = load<RunHeader>(page_.data());
            if (run_header_error(run, pages_left, checksum_, page, page_size_) != nullptr) return kDamagedValue;
            if (const char* why = value_error(run)) return why;
            used = run.page_count;
        } else if (node.checksum != checksum_(page_.data() + 8, page_size_ - 8) || node.page_number != page) {
            return "a page of the last commit was not written whole";
        }
        if (node.birth > header_.transaction || node.birth <= header_.previous_durable)
            return "a page of the last commit belongs to another commit";
        written_.push_back({page, node.checksum});
        return nullptr;
    }

    const char* value_error(const RunHeader& run) {
        const std::uint64_t begin = run.page_number * page_size_;
        std::vector<std::uint64_t> sums(run_chunk_count(run.value_size));
        if (!read(begin + run_table_offset(run.value_size), std::as_writable_bytes(std::span{sums})))
            return kCutOff;
        if (checksum_(sums.data(), sums.size() * sizeof sums[0]) != run.table_digest) return kDamagedValue;
        for (std::uint64_t i = 0; i < sums.size(); ++i) {
            const std::uint64_t from = i * kRunChunkSize;
            chunk_.resize(std::min<std::uint64_t>(kRunChunkSize, run.value_size - from));
            if (!read(begin + sizeof run + from, chunk_)) return kCutOff;
            if (checksum_(chunk_.data(), chunk_.size()) != sums[i]) return kDamagedValue;
        }
        return nullptr;
    }

    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> to) const {
        return file_.read(offset, to) == to.size();
    }

    static constexpr const char* kCutOff = "the file ends before a page of the last commit";
    static constexpr const char* kDamagedValue = "a large value of the last commit is damaged";

    const os::File& file_;
    const MetaHeader& header_;
    const std::vector<Extent>& extents_;
    base::Checksum checksum_;
    std::uint32_t page_size_;
    std::vector<std::byte> page_;
    std::vector<std::byte> chunk_;
    std::vector<WrittenPage> written_;
};

void check_page_size(std::uint32_t page_size) {
    if (page_size < kMinPageSize || page_size > kMaxPageSize || !std::has_single_bit(page_size))
        throw Error(ErrorCode::invalid_argument, "page_size_bytes is " + std::to_string(page_size) +
                                                     "; it must be a power of two from 4096 to 65536");
}

void write_first_state(os::File& file, const Options& options) {
    MetaHeader fixed{};
    fixed.page_size = options.page_size_bytes;
    const Meta meta =
        closed_meta(with_new_identity(fixed), Snapshot{0, first_data_page(options.page_size_bytes), 1, {}, {}});
    file.allocate(0, kMetaAreaSize);
    write_slot(file, 0, meta);
    write_slot(file, 1, meta);
    file.sync();
}

}  // namespace

os::File create_private_store(const std::string& path, const Options& options) {
    check_page_size(options.page_size_bytes);
    os::File file = options.in_memory ? os::File::create_in_memory(path, os::File::Role::data)
                                      : os::File::create_temporary(path);
    write_first_state(file, options);
    return file;
}

void create_store(const std::string& path, const Options& options, bool replace) {
    check_page_size(options.page_size_bytes);
    if (!os::may_write(path))
        throw Error(ErrorCode::io,
                    "cannot create \"" + path + "\": its directory is missing or may not be written");
    os::NewFile created{path, options.file_mode, os::File::Role::data};
    write_first_state(created.file(), options);
    created.name(replace);
}

Meta read_identity(const os::File& file, const std::string& path) {
    const SlotContent slots[2] = {read_slot(file, 0), read_slot(file, 1)};
    for (const SlotContent& slot : slots)
        if (slot.state == SlotContent::State::valid) return slot.meta;
    refuse(file, path, slots);
}

Recovered choose_state(const os::File& file, const std::string& path, std::optional<std::uint32_t> trusted_slot,
                       RecoveryReport& report) {
    SlotContent slots[2] = {read_slot(file, 0), read_slot(file, 1)};
    refuse_other_version(path, slots);
    const auto closed = [](const SlotContent& slot) {
        return slot.state == SlotContent::State::valid && (slot.meta.header.flags & kMetaClosed) != 0;
    };
    report.unclean = !closed(slots[0]) || !closed(slots[1]) ||
                     slots[0].meta.header.transaction != slots[1].meta.header.transaction;
    std::array<SlotContent*, 2> order{&slots[0], &slots[1]};
    if (slots[1].meta.header.transaction > slots[0].meta.header.transaction) std::swap(order[0], order[1]);
    // A damaged slot cannot say how new it is; a valid one goes first.
    if (order[0]->state != SlotContent::State::valid) std::swap(order[0], order[1]);

    Recovered recovered;
    for (SlotContent* slot : order) {
        const bool valid = slot->state == SlotContent::State::valid;
        const char* why = "a commit record is damaged";
        if (valid) {
            why = trusted_slot.has_value() && *trusted_slot != slot->slot
                      ? "its flush was interrupted, and another process may have been told that it failed"
                      : ExtentProof{file, slot->meta}.error();
            if (why == nullptr) {
                recovered.meta = std::move(slot->meta);
                recovered.slot = slot->slot;
                const SlotContent& other = slots[1 - slot->slot];
                if (other.state == SlotContent::State::valid && !recovered.rejected_slot.has_value())
                    recovered.other_transaction = other.meta.header.transaction;
                const bool unreadable =
                    other.state == SlotContent::State::damaged || other.state == SlotContent::State::foreign;
                if (!report.fell_back && unreadable) {
                    report.fell_back = true;
                    report.reason = "a commit record is damaged";
                    // Torn over by the next commit of that number it could become whole again.
                    recovered.rejected_slot = other.slot;
                }
                return recovered;
            }
            recovered.rejected_slot = slot->slot;
        }
        report.fell_back = true;
        report.rejected_transaction = valid ? slot->meta.header.transaction : 0;
        report.reason = why;
    }
    if (std::any_of(order.begin(), order.end(),
                    [](const SlotContent* s) { return s->state == SlotContent::State::valid; }))
        fail(ErrorCode::corrupt, path, report.reason);
    refuse(file, path, slots);
}

void settle(os::File& file, const Recovered& recovered) {
    if (recovered.rejected_slot.has_value()) invalidate_slot(file, *recovered.rejected_slot);
    // What was read may be in the page cache only.
    file.sync();
}

}  // namespace cambium::kv
