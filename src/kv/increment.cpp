// Writing an increment: what is younger than the base, in page order, behind a header that says where it belongs.
#include "kv/increment.hpp"

#include <algorithm>
#include <cstring>

#include "kv/birth_walk.hpp"
#include "kv/copy.hpp"

namespace cambium::kv {

using detail::CopyMeter;
using detail::EnvironmentState;
using detail::HeldSnapshot;
using detail::TransactionState;

std::uint64_t stretch_checksum(std::uint64_t previous, const IncrementRecord& record,
                               std::vector<std::byte>& bytes) {
    const std::uint64_t room[3] = {previous, record.first_page, record.page_count};
    static_assert(sizeof room == kStretchRoom);
    std::memcpy(bytes.data(), room, sizeof room);
    return base::plain_checksum(bytes.data(), bytes.size());
}

namespace {

/// The pages of a list as stretches: neighbours together, none too long to be held in memory.
std::vector<Extent> stretches_of(const std::vector<BornPages>& pages, std::uint32_t page_size) {
    const std::uint64_t most = kIncrementStretch / page_size;
    std::vector<Extent> stretches;
    for (const BornPages& born : pages) {
        for (std::uint64_t done = 0; done < born.page_count;) {
            const std::uint64_t first = born.first_page + done;
            Extent* last = stretches.empty() ? nullptr : &stretches.back();
            if (last == nullptr || last->first_page + last->page_count != first || last->page_count == most) {
                stretches.push_back({first, 0});
                last = &stretches.back();
            }
            const std::uint64_t now = std::min(born.page_count - done, most - last->page_count);
            last->page_count += now;
            done += now;
        }
    }
    return stretches;
}

class IncrementWriter {
public:
    IncrementWriter(EnvironmentState& env, const TransactionState& txn, os::Output& out, CopyMeter& meter)
        : env_(env), txn_(txn), out_(out), meter_(meter) {}

    void write(const BackupPoint& base, std::uint64_t digest, const std::vector<BornPages>& pages) {
        const std::vector<Extent> stretches = stretches_of(pages, env_.page_size);
        std::uint64_t total = 0;
        for (const Extent& stretch : stretches) total += stretch.page_count;
        meter_.start(total);
        write_header(base, digest);
        for (const Extent& stretch : stretches) write_stretch({stretch.first_page, stretch.page_count, 0});
        write_stretch({total, 0, 0});
    }

private:
    void write_header(const BackupPoint& base, std::uint64_t digest) {
        IncrementHeader header{};
        std::memcpy(header.magic, kIncrementMagic, sizeof header.magic);
        header.version = kIncrementVersion;
        header.base_transaction = base.transaction;
        header.base_digest = base.digest;
        header.digest = digest;
        const SlotBytes slot = slot_bytes(closed_meta(env_.fixed, txn_.snapshot));
        std::memcpy(static_cast<void*>(&header.state), slot.bytes.data(), sizeof header.state);
        header.checksum =
            base::plain_checksum(reinterpret_cast<const std::byte*>(&header) + 16, sizeof header - 16);
        out_.write(&header, sizeof header);
        checksum_ = header.checksum;
    }

    void write_stretch(IncrementRecord record) {
        bytes_.resize(kStretchRoom + record.page_count * env_.page_size);
        if (record.page_count > 0)
            std::memcpy(bytes_.data() + kStretchRoom, txn_.map + record.first_page * env_.page_size,
                        record.page_count * env_.page_size);
        checksum_ = record.checksum = stretch_checksum(checksum_, record, bytes_);
        out_.write(&record, sizeof record);
        out_.write(bytes_.data() + kStretchRoom, bytes_.size() - kStretchRoom);
        meter_.add(record.page_count);
    }

    EnvironmentState& env_;
    const TransactionState& txn_;
    os::Output& out_;
    CopyMeter& meter_;
    std::vector<std::byte> bytes_;
    std::uint64_t checksum_ = 0;
};

BackupPoint point_of(const EnvironmentState& env, const Snapshot& state, const std::vector<BornPages>& pages) {
    BackupPoint point;
    std::memcpy(point.uuid.data(), env.fixed.uuid, point.uuid.size());
    point.transaction = state.id;
    point.digest = state_digest(env.checksum, state, pages);
    return point;
}

// The pages that the state's own transaction wrote tell it apart.
BackupPoint point_of(const EnvironmentState& env, const TransactionState& txn) {
    const TransactionId id = txn.snapshot.id;
    return point_of(env, txn.snapshot, pages_born_after(txn, id == 0 ? 0 : id - 1));
}

void require_base(const EnvironmentState& env, const TransactionState& txn, const BackupPoint& base) {
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorCode::invalid_argument, "no increment of \"" + env.path + "\" from that base: " + why +
                                                     "; begin again with a plain copy");
    };
    if (std::memcmp(base.uuid.data(), env.fixed.uuid, base.uuid.size()) != 0)
        refuse("it is a state of another store");
    if (base.transaction > txn.snapshot.id)
        refuse("it is transaction " + std::to_string(base.transaction) + ", and this store is at " +
               std::to_string(txn.snapshot.id));
    if (base.transaction == txn.snapshot.id && base != point_of(env, txn))
        refuse("this store's transaction " + std::to_string(base.transaction) + " is another one");
}

IncrementReport write_to(Environment& source, const BackupPoint& base, os::Output& out,
                         const IncrementOptions& options) {
    EnvironmentState& env = EnvironmentAccess::state(source);
    const HeldSnapshot held{env, HeldSnapshot::Head::durable};
    const TransactionState& txn = held.txn();
    require_base(env, txn, base);
    const std::vector<BornPages> pages = pages_born_after(txn, base.transaction);
    IncrementReport report;
    report.point = base.transaction == txn.snapshot.id ? base : point_of(env, txn.snapshot, pages);
    for (const BornPages& born : pages) report.pages += born.page_count;
    CopyMeter meter{options.progress, env.page_size};
    try {
        IncrementWriter{env, txn, out, meter}.write(base, report.point.digest, pages);
        meter.finish();
    } catch (const detail::CopyCancelled&) {
        return report;
    }
    report.bytes = out.position();
    out.finish();
    report.completed = true;
    return report;
}

}  // namespace

BackupPoint backup_point(Environment& environment) {
    EnvironmentState& env = EnvironmentAccess::state(environment);
    const HeldSnapshot held{env, HeldSnapshot::Head::durable};
    return point_of(env, held.txn());
}

IncrementReport write_increment(Environment& source, const BackupPoint& base, ByteView path,
                                const IncrementOptions& options) {
    os::Output out{std::string{path}, options.file_mode};
    return write_to(source, base, out, options);
}

IncrementReport write_increment(Environment& source, const BackupPoint& base, int descriptor,
                                const IncrementOptions& options) {
    os::Output out{descriptor};
    return write_to(source, base, out, options);
}

}  // namespace cambium::kv
