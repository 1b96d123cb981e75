// Figures of a run, written as they come: lines of tab-separated text, which bench/plot turns into plots.
#pragma once

#include <cstdio>
#include <string>

namespace cambium::bench {

/// One point of one line of one plot.
struct Figure {
    std::string plot;    ///< its title
    std::string series;  ///< what is measured
    std::string engine;
    std::string x_unit;
    double x = 0;
    std::string unit;  ///< of y; a plot has one panel per unit
    double y = 0;
};

class Figures {
public:
    /// Writes to a file, or to standard output when the path is empty. Error{io} when it cannot be opened.
    explicit Figures(const std::string& path);
    Figures(const Figures&) = delete;
    Figures& operator=(const Figures&) = delete;
    ~Figures();

    /// Error{io} when it cannot be written.
    void add(const Figure& figure);

private:
    std::FILE* out_;
};

}  // namespace cambium::bench
