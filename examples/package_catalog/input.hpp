// Where the stanzas come from: a file, standard input, `apt-cache dumpavail`, or the sample in the repository.
// One thread.
#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>

namespace catalog {

/// An open input. Reading it to its end and calling finish() tells a short read from a whole one.
class Input {
public:
    virtual ~Input() = default;
    [[nodiscard]] virtual std::istream& stream() = 0;
    /// How errors name it: a path, or a command.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Why this input was taken instead of the one asked for; empty when it was not.
    [[nodiscard]] const std::string& remark() const noexcept { return remark_; }
    void set_remark(std::string remark) { remark_ = std::move(remark); }
    /// Throws std::runtime_error when what was read is not all there was to read. Called at the end of the input.
    virtual void finish() {}

protected:
    explicit Input(std::string name) : name_(std::move(name)) {}

private:
    std::string name_;
    std::string remark_{};
};

/// Opens `path`; "-" is standard input. Without a path: `apt-cache dumpavail`, and when that gives nothing, the
/// sample, with a remark. Throws std::runtime_error naming what cannot be opened.
[[nodiscard]] std::unique_ptr<Input> open_input(const std::optional<std::string>& path);

}  // namespace catalog
