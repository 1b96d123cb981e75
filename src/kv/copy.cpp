#include "kv/copy.hpp"

#include <algorithm>

namespace cambium::kv {

namespace detail {

void write_meta_area(os::Output& out, const MetaHeader& fixed, const Snapshot& state) {
    const SlotBytes slot = slot_bytes(closed_meta(fixed, state));
    for (int i = 0; i < 2; ++i) {
        out.write(slot.bytes.data(), slot.size);
        out.skip(kMetaSlotSize - slot.size);
    }
}

namespace {

/// Live pages are those that are neither free nor waiting; in page order each of them begins a node or a run.
class PlainCopy {
public:
    PlainCopy(TransactionState& txn, os::Output& out, CopyMeter& meter)
        : txn_(txn), out_(out), meter_(meter), dead_(txn.snapshot.page_count, false) {
        SpaceMap space{txn.page_size_bytes};
        space.bring_to(txn);
        for (std::uint64_t page = first_data_page(txn.page_size_bytes); page < dead_.size(); ++page)
            dead_[page] = space.is_free(page);
        for (const RetiredExtent& extent : space.waiting())
            for (std::uint64_t i = 0; i < extent.page_count; ++i) dead_[extent.first_page + i] = true;
    }

    std::uint64_t run() {
        std::uint64_t live = 0;
        for (std::uint64_t page = first_data_page(txn_.page_size_bytes); page < dead_.size();) {
            if (dead_[page]) {
                out_.skip(txn_.page_size_bytes);
                meter_.add(1);
                ++page;
                continue;
            }
            const std::uint64_t pages = verify(page);
            write(page, pages);
            live += pages;
            page += pages;
        }
        return live;
    }

private:
    // Returns how many pages belong together.
    std::uint64_t verify(std::uint64_t page) const {
        const NodeView node{txn_.map + page * txn_.page_size_bytes, txn_.page_size_bytes};
        if (node.header().kind == PageKind::run) return verify_run(txn_, page);
        if (node.header().page_number != page) throw_corrupt(page, "it carries another page's number");
        txn_.verify(node);
        return 1;
    }

    void write(std::uint64_t page, std::uint64_t pages) {
        const std::uint64_t step = std::max<std::uint64_t>(1, (std::uint64_t{1} << 20) / txn_.page_size_bytes);
        for (std::uint64_t done = 0; done < pages; done += step) {
            const std::uint64_t now = std::min(step, pages - done);
            out_.write(txn_.map + (page + done) * txn_.page_size_bytes, now * txn_.page_size_bytes);
            meter_.add(now);
        }
    }

    TransactionState& txn_;
    os::Output& out_;
    CopyMeter& meter_;
    std::vector<bool> dead_;
};

}  // namespace

std::uint64_t copy_plain(EnvironmentState& env, TransactionState& txn, os::Output& out, CopyMeter& meter) {
    PlainCopy copy{txn, out, meter};
    meter.start(txn.snapshot.page_count - first_data_page(env.page_size));
    write_meta_area(out, env.fixed, txn.snapshot);
    return copy.run();
}

namespace {

CopyReport copy(Environment& environment, os::Output& out, const CopyOptions& options) {
    EnvironmentState& env = EnvironmentAccess::state(environment);
    const HeldSnapshot held{env, HeldSnapshot::Head::durable};
    CopyReport report;
    report.transaction = held.txn().snapshot.id;
    CopyMeter meter{options.progress, env.page_size};
    try {
        report.pages = (options.compact ? copy_compact : copy_plain)(env, held.txn(), out, meter);
        meter.finish();
    } catch (const CopyCancelled&) {
        return report;
    }
    report.bytes = out.position();
    out.finish();
    report.completed = true;
    return report;
}

}  // namespace

}  // namespace detail

CopyReport copy_to(Environment& environment, ByteView path, const CopyOptions& options) {
    os::Output out{std::string{path}, options.file_mode};
    return detail::copy(environment, out, options);
}

CopyReport copy_to(Environment& environment, int descriptor, const CopyOptions& options) {
    os::Output out{descriptor};
    return detail::copy(environment, out, options);
}

}  // namespace cambium::kv
