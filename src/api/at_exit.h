// What the process tells when it ends.
#pragma once

namespace ox::at_exit {

// When the process's mode is settled and before the program runs.
void prepare();

}  // namespace ox::at_exit
