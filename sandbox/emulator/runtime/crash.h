// Crashes of kernels: told to the parent before the process dies of them.
#pragma once

namespace gw {

// From now on a deadly signal writes a last report to this descriptor.
void report_crashes_to(int descriptor);

}  // namespace gw
