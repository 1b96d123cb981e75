#include "scale/figures.hpp"

#include <cerrno>
#include <cstring>

#include "cambium/base/error.hpp"

namespace cambium::bench {

Figures::Figures(const std::string& path) : out_(path.empty() ? stdout : std::fopen(path.c_str(), "we")) {
    if (out_ == nullptr)
        throw Error(ErrorCode::io, "cannot write \"" + path + "\": " + std::strerror(errno) +
                                       "; name a file in a writable folder with --out");
    std::fputs("plot\tseries\tengine\tx_unit\tx\tunit\ty\n", out_);
}

Figures::~Figures() {
    if (out_ != stdout) std::fclose(out_);
}

void Figures::add(const Figure& figure) {
    const int written =
        std::fprintf(out_, "%s\t%s\t%s\t%s\t%.10g\t%s\t%.6g\n", figure.plot.c_str(), figure.series.c_str(),
                     figure.engine.c_str(), figure.x_unit.c_str(), figure.x, figure.unit.c_str(), figure.y);
    if (written < 0 || std::fflush(out_) != 0)
        throw Error(ErrorCode::io, std::string("cannot write the figures: ") + std::strerror(errno));
}

}  // namespace cambium::bench
