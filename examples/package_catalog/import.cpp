// The import loop: stanzas are parsed inside the transaction that stores them, so that a malformed one rolls it
// back.
#include "import.hpp"

#include <string>

#include "record.hpp"
#include "text.hpp"

namespace catalog {
namespace {

// One line on a terminal, rewritten a few times per second.
class ProgressLine {
public:
    explicit ProgressLine(std::ostream* out) : out_(out) {}
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() {
        if (out_ != nullptr) *out_ << "\r\x1b[K" << std::flush;
    }

    void update(std::uint64_t packages) {
        constexpr double kSecondsBetween = 0.1;
        if (out_ == nullptr || since_shown_.seconds() < kSecondsBetween) return;
        since_shown_ = Stopwatch{};
        *out_ << "\r\x1b[K" << counted(packages, "package") << ", " << rate_text(packages, watch_.seconds())
              << std::flush;
    }

private:
    std::ostream* out_;
    Stopwatch watch_{};
    Stopwatch since_shown_{};
};

// The field Package of the stanza is there: an entry was made of it.
MalformedInput refused_stanza(const EntryRefused& error, const Stanza& stanza, const std::string& input_name) {
    return {input_name, stanza.line,
            "the package " + quoted(stanza.find("Package")->value) + " cannot be stored: " + error.what()};
}

std::string stopped_text(const MalformedInput& error, const ImportReport& stored, std::uint64_t rolled_back) {
    std::string text = error.what();
    text += "\nThe import stopped there. ";
    text += "Its transaction was rolled back, with " + counted(rolled_back, "package") + "; ";
    if (stored.transactions == 0) return text + "nothing of this input is stored.";
    return text + "the " + counted(stored.packages, "package") + " of the " +
           counted(stored.transactions, "transaction") + " before it " + (stored.packages == 1 ? "is" : "are") +
           " stored.";
}

}  // namespace

ImportReport import_packages(Catalog& catalog, Input& input, std::ostream* progress) {
    const Stopwatch watch;
    StanzaReader reader{input.stream(), input.name()};
    ProgressLine line{progress};
    ImportReport report;
    Stanza stanza;
    std::uint64_t taken = 0;
    bool more = true;
    const auto next = [&](Entry& entry) {
        more = reader.next(stanza);
        if (!more) return false;
        entry = entry_of(stanza, reader.input_name());
        line.update(++taken);
        return true;
    };
    try {
        while (more) {
            const BatchCounts counts = catalog.store(next, kBatchPackages);
            if (counts.packages == 0) break;
            report.packages += counts.packages;
            report.dependencies += counts.dependencies;
            report.replaced += counts.replaced;
            ++report.transactions;
        }
    } catch (const MalformedInput& error) {
        throw ImportStopped(stopped_text(error, report, taken - report.packages));
    } catch (const EntryRefused& error) {
        // The stanza refused was taken, but is not one of those rolled back.
        throw ImportStopped(
            stopped_text(refused_stanza(error, stanza, reader.input_name()), report, taken - 1 - report.packages));
    }
    input.finish();
    report.bytes = reader.bytes_read();
    report.seconds = watch.seconds();
    return report;
}

std::string to_text(const ImportReport& report) {
    std::string text = counted(report.packages, "package") + " with " + count_text(report.dependencies) +
                       " dependencies in " + counted(report.transactions, "transaction") + ": " +
                       duration_text(report.seconds) + ", " + rate_text(report.packages, report.seconds);
    if (report.replaced != 0) text += " (" + count_text(report.replaced) + " replaced)";
    return text;
}

}  // namespace catalog
