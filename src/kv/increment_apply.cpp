// Applying an increment. Its pages may lie where the replica's old state still has pages, so it is first kept whole
// beside the replica; from then on it is the replica's future, whatever happens:
//
// 1 the increment is read, verified and spooled; 2 the file grows; 3 the spool gets its name, durably; 4 both slots
// are emptied, so that without the spool the file cannot be taken for a store; 5 pages; 6 flush; 7 both slots; 8
// the spool goes. Opening a store repeats 4 to 8 when it finds a spool.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "kv/birth_walk.hpp"
#include "kv/environment_state.hpp"
#include "kv/increment.hpp"
#include "kv/recovery.hpp"
#include "os/output.hpp"

namespace cambium::kv {

// ---- Reading ----------------------------------------------------------------------------------------------

void IncrementReader::fail(const char* why) const {
    throw Error(ErrorCode::corrupt, "the increment is damaged before its byte " + std::to_string(in_.position()) +
                                        ": " + why + "; have it written again");
}

void IncrementReader::read(void* bytes, std::size_t size) {
    if (in_.read(static_cast<std::byte*>(bytes), size) < size) fail("it ends too early");
    if (sink_) sink_(bytes, size);
}

const IncrementHeader& IncrementReader::read_header() {
    read(&header_, sizeof header_);
    if (std::memcmp(header_.magic, kIncrementMagic, sizeof header_.magic) != 0) fail("it is not an increment");
    if (header_.checksum !=
        base::plain_checksum(reinterpret_cast<const std::byte*>(&header_) + 16, sizeof header_ - 16))
        fail("the checksum of its header is wrong");
    if (header_.version != kIncrementVersion)
        throw Error(ErrorCode::format_version, "the increment has version " + std::to_string(header_.version) +
                                                   ", and this library reads version " +
                                                   std::to_string(kIncrementVersion));
    const MetaHeader& state = header_.state;
    if (state.page_size < kMinPageSize || state.page_size > kMaxPageSize || !std::has_single_bit(state.page_size) ||
        state.page_count >= (std::uint64_t{1} << 63) / state.page_size || state.transaction > kMaxNumber ||
        state.next_tree_id > kMaxNumber)
        fail("its state is impossible");
    checksum_ = header_.checksum;
    end_ = first_data_page(state.page_size);
    return header_;
}

bool IncrementReader::next() {
    const std::uint32_t page_size = header_.state.page_size;
    read(&record_, sizeof record_);
    const bool is_end = record_.page_count == 0;
    if (record_.page_count > kIncrementStretch / page_size) fail("a stretch is too long");
    if (!is_end && (record_.first_page < end_ || record_.first_page > header_.state.page_count ||
                    record_.page_count > header_.state.page_count - record_.first_page))
        fail("a stretch of pages lies outside the store or before the last one");
    bytes_.resize(kStretchRoom + record_.page_count * page_size);
    if (!is_end) read(bytes_.data() + kStretchRoom, record_.page_count * page_size);
    if (record_.checksum != stretch_checksum(checksum_, record_, bytes_)) fail("a checksum is wrong");
    checksum_ = record_.checksum;
    if (is_end) {
        if (record_.first_page != count_) fail("its number of pages is wrong");
        return false;
    }
    end_ = record_.first_page + record_.page_count;
    count_ += record_.page_count;
    return true;
}

namespace {

/// Proves that the pages of an increment are nodes and runs of the replica's store, younger than its base.
class PageProof {
public:
    explicit PageProof(const IncrementHeader& header) : header_(header), checksum_(header.state.seed) {}

    void add(const IncrementReader& increment) {
        const std::uint32_t page_size = header_.state.page_size;
        const Extent extent = increment.extent();
        if (run_left_ > 0 && extent.first_page != next_) refuse(extent.first_page);
        for (std::uint64_t i = 0; i < extent.page_count; ++i) {
            if (run_left_ > 0) {
                --run_left_;
            } else {
                add_page(extent.first_page + i, increment.pages() + i * page_size);
            }
        }
        next_ = extent.first_page + extent.page_count;
    }

    void finish() const {
        const Snapshot state = snapshot_of(header_.state);
        if (run_left_ > 0 ||
            (state.id != header_.base_transaction && state_digest(checksum_, state, last_) != header_.digest))
            throw Error(ErrorCode::corrupt, "the increment contradicts itself: have it written again");
    }

private:
    void add_page(std::uint64_t number, const std::byte* page) {
        const auto node = load<NodeHeader>(page);
        const auto run = load<RunHeader>(page);
        const bool is_run = node.kind == PageKind::run;
        const std::size_t covered = is_run ? sizeof(RunHeader) : header_.state.page_size;
        if (node.page_number != number || node.checksum != checksum_(page + 8, covered - 8) ||
            node.birth <= header_.base_transaction || node.birth > header_.state.transaction ||
            (is_run && (run.page_count == 0 || run.page_count > header_.state.page_count - number)))
            refuse(number);
        if (is_run) run_left_ = run.page_count - 1;
        if (node.birth == header_.state.transaction) last_.push_back({number, 1, node.birth, node.checksum});
    }

    [[noreturn]] static void refuse(std::uint64_t page) {
        throw_corrupt(page, "the increment's copy of it is not what the increment says");
    }

    const IncrementHeader& header_;
    base::Checksum checksum_;
    std::vector<BornPages> last_;  ///< of the state's own transaction
    std::uint64_t run_left_ = 0;
    std::uint64_t next_ = 0;
};

BackupPoint point_after(const IncrementHeader& header) {
    BackupPoint point;
    std::memcpy(point.uuid.data(), header.state.uuid, point.uuid.size());
    point.transaction = header.state.transaction;
    point.digest = header.digest;
    return point;
}

void grow(os::File& data, const MetaHeader& state) {
    const std::uint64_t needed = state.page_count * state.page_size;
    if (const std::uint64_t size = data.size(); size < needed) {
        data.allocate(size, needed);
        data.sync();
    }
}

/// What the slots of a file say about an increment found beside it.
enum class Fit : std::uint8_t { pending, done, foreign };

Fit fit_of(const os::File& data, const IncrementHeader& header) {
    int done = 0;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        const SlotContent content = read_slot(data, slot);
        if (content.state != SlotContent::State::valid) continue;
        const MetaHeader& meta = content.meta.header;
        if (std::memcmp(meta.uuid, header.state.uuid, sizeof meta.uuid) != 0) return Fit::foreign;
        if (meta.transaction == header.state.transaction) ++done;
        if (meta.transaction != header.state.transaction && meta.transaction != header.base_transaction)
            return Fit::foreign;
    }
    return done == 2 ? Fit::done : Fit::pending;
}

// A spool from where its increment begins. Not open when another file is there, or none.
std::optional<os::Input> open_spool(const std::string& path) {
    if (!os::exists(path)) return std::nullopt;
    os::Input in{path};
    std::array<std::byte, sizeof kAppliedMagic> magic{};
    if (in.read(magic.data(), magic.size()) < magic.size() ||
        std::memcmp(magic.data(), kAppliedMagic, magic.size()) != 0)
        return std::nullopt;
    return in;
}

// Steps 4 to 7; may be repeated from any point.
void roll_forward(os::File& data, os::Input in) {
    IncrementReader increment{in};
    const IncrementHeader header = increment.read_header();
    grow(data, header.state);
    for (const std::uint32_t slot : {0U, 1U}) invalidate_slot(data, slot);
    while (increment.next())
        data.write(increment.extent().first_page * header.state.page_size, increment.pages(),
                   increment.extent().page_count * header.state.page_size);
    data.sync();
    const Meta meta = closed_meta(header.state, snapshot_of(header.state));
    for (const std::uint32_t slot : {0U, 1U}) {
        (void)write_slot(data, slot, meta);
        data.sync();
    }
}

// Reads it all before anything of the file is changed.
IncrementHeader verify_spool(os::Input in) {
    IncrementReader increment{in};
    const IncrementHeader header = increment.read_header();
    while (increment.next()) {
    }
    return header;
}

}  // namespace

std::string increment_path(const std::string& store_path) {
    return store_path + "-increment";
}

bool has_unfinished_increment(const std::string& store_path) {
    return open_spool(increment_path(store_path)).has_value();
}

void finish_increment(os::File& data, const std::string& store_path) {
    const std::string spool = increment_path(store_path);
    std::optional<os::Input> pending = open_spool(spool);
    if (!pending.has_value()) return;
    const std::string lock_file = store_path + "-lock";
    LockFile::require_place(lock_file);
    const Fit fit = fit_of(data, verify_spool(std::move(*pending)));
    if (fit == Fit::foreign)
        throw Error(ErrorCode::corrupt, "\"" + spool + "\" is an increment that is being applied to \"" +
                                            store_path +
                                            "\", but the store is at another state: remove it if "
                                            "the store was put there since");
    if (fit == Fit::pending) {
        os::remove_file(lock_file);  // it speaks of the old state
        roll_forward(data, open_spool(spool).value());
    }
    os::remove_file(spool);
    os::sync_directory_of(spool);
}

namespace {

/// The replica's file, nobody else attached, at a state that was closed in an orderly way.
class Replica {
public:
    explicit Replica(const std::string& path) {
        open(path);
        if (!data_.is_open()) throw Error(ErrorCode::not_found, "there is no store at \"" + path + "\"");
        {
            // Recovers, finishes what another was killed applying, and closes.
            data_.close();
            Environment environment = Environment::open(path, {.create = false, .exclusive = true});
            base_ = backup_point(environment);
            seed_ = EnvironmentAccess::state(environment).fixed.seed;
            environment.close();
        }
        open(path);
        if (!data_.is_open() || !is_at_base()) refuse_busy();
    }

    BackupPoint apply(os::Input& in) {
        const std::string spool = increment_path(path_);
        if (os::exists(spool))
            throw Error(ErrorCode::already_exists, "\"" + spool +
                                                       "\" is where an increment is kept while it is applied, and "
                                                       "another file is there: move it away");
        BackupPoint point;
        {
            os::Output out{spool, 0600};
            out.write(kAppliedMagic, sizeof kAppliedMagic);
            IncrementReader increment{in, [&](const void* bytes, std::size_t size) { out.write(bytes, size); }};
            const IncrementHeader& header = increment.read_header();
            require_base(header);
            PageProof proof{header};
            while (increment.next()) proof.add(increment);
            proof.finish();
            point = point_after(header);
            if (point.transaction == base_.transaction) return point;
            grow(data_, header.state);
            out.finish();
        }
        finish_increment(data_, path_);
        return point;
    }

private:
    // Nobody else has it open, or comes in while we have it.
    void open(const std::string& path) {
        path_ = os::resolve_path(path);
        data_ = os::File::open_existing(path_, os::File::Access::read_write, os::File::Role::data);
        if (data_.is_open() && (!data_.try_lock(kAttachLock, true) || data_.locked_by_other(kStandaloneLock)))
            refuse_busy();
    }

    [[noreturn]] void refuse_busy() const {
        throw Error(ErrorCode::busy, "the replica \"" + path_ + "\" is in use: close it everywhere first");
    }

    [[nodiscard]] bool is_at_base() const {
        for (std::uint32_t slot = 0; slot < 2; ++slot) {
            const SlotContent content = read_slot(data_, slot);
            if (content.state != SlotContent::State::valid || (content.meta.header.flags & kMetaClosed) == 0 ||
                content.meta.header.transaction != base_.transaction)
                return false;
        }
        return true;
    }

    void require_base(const IncrementHeader& header) const {
        const BackupPoint after = point_after(header);
        if (after.uuid != base_.uuid || header.state.seed != seed_)
            throw Error(ErrorCode::invalid_argument,
                        "the increment is of another store than the replica \"" + path_ + "\"");
        if (header.base_transaction != base_.transaction || header.base_digest != base_.digest)
            throw Error(ErrorCode::invalid_argument,
                        "the increment begins at transaction " + std::to_string(header.base_transaction) +
                            ", the replica \"" + path_ + "\" is at " + std::to_string(base_.transaction) +
                            (header.base_transaction == base_.transaction ? ", but of another history" : "") +
                            ": have one written from the replica's own point");
    }

    std::string path_;
    BackupPoint base_;
    std::uint64_t seed_ = 0;
    os::File data_;
};

}  // namespace

BackupPoint apply_increment(ByteView replica, ByteView path) {
    os::Input in{std::string{path}};
    return Replica{std::string{replica}}.apply(in);
}

BackupPoint apply_increment(ByteView replica, int descriptor) {
    os::Input in{descriptor};
    return Replica{std::string{replica}}.apply(in);
}

}  // namespace cambium::kv
