// Work in a process of its own, whose memory is clean and whose stores a kill leaves open.
#pragma once

#include <functional>
#include <vector>

namespace cambium::bench {

/// Runs work in a child and returns the numbers that it returned. The child ends by SIGKILL once they are sent, so
/// that what outlives `work` is left as it is. No store may be open in this process. Error{io} with the child's
/// sentence when the work throws.
std::vector<double> in_child(const std::function<std::vector<double>()>& work);

}  // namespace cambium::bench
