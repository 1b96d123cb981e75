#include "kv/recovery.hpp"

#include <algorithm>

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

// Reads one page or run that a meta says was written; appends it for the digest. Why it cannot be, or nullptr.
const char* verify_page(const os::File& file, const Meta& meta, const base::Checksum& checksum, std::uint64_t page,
                        std::uint64_t pages_left, std::vector<WrittenPage>& written, std::uint64_t& pages_used) {
    const std::uint32_t page_size = meta.header.page_size;
    std::vector<std::byte> bytes(page_size);
    if (file.read(page * page_size, bytes) < page_size) return "the file ends before a page of the last commit";
    pages_used = 1;
    TransactionId birth = 0;
    if (static_cast<PageKind>(bytes[24]) == PageKind::run) {
        const auto header = load<RunHeader>(bytes.data());
        if (header.page_count == 0 || header.page_count > pages_left)
            return "a large value of the last commit is damaged";
        bytes.resize(header.page_count * page_size);
        if (file.read(page * page_size, bytes) < bytes.size())
            return "the file ends before a page of the last commit";
        if (run_error(bytes.data(), bytes.size(), checksum, page, page_size) != nullptr)
            return "a large value of the last commit is damaged";
        pages_used = header.page_count;
        birth = header.birth;
        written.push_back({page, header.checksum});
    } else {
        const auto header = load<NodeHeader>(bytes.data());
        if (header.checksum != checksum(bytes.data() + 8, page_size - 8) || header.page_number != page)
            return "a page of the last commit was not written whole";
        birth = header.birth;
        written.push_back({page, header.checksum});
    }
    if (birth > meta.header.transaction || birth <= meta.header.previous_durable)
        return "a page of the last commit belongs to another commit";
    return nullptr;
}

// Why the state that a meta names is not whole, or nullptr.
const char* verify_extents(const os::File& file, const Meta& meta) {
    const std::uint32_t page_size = meta.header.page_size;
    if (file.size() / page_size < meta.header.page_count) return "the file is shorter than its last commit";
    const base::Checksum checksum{meta.header.seed};
    std::vector<WrittenPage> written;
    for (const Extent& extent : meta.extents) {
        if (extent.first_page < first_data_page(page_size) || extent.first_page >= meta.header.page_count ||
            extent.page_count > meta.header.page_count - extent.first_page)
            return "an extent of the last commit lies outside the file";
        for (std::uint64_t done = 0; done < extent.page_count;) {
            std::uint64_t used = 0;
            if (const char* why = verify_page(file, meta, checksum, extent.first_page + done,
                                              extent.page_count - done, written, used))
                return why;
            done += used;
        }
    }
    return digest_of(checksum, written) == meta.header.digest ? nullptr
                                                              : "the digest of the last commit does not hold";
}

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
                      : verify_extents(file, slot->meta);
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
