// The file that OX_PROFILE names.
#pragma once

namespace ox::profile_file {

// When the process's mode is settled and before its first heap: starts the profile if it is asked
// for.
void prepare();

// Writes the profile as it is now, in place of what the file held. True if there is no profile to
// write.
bool write();

}  // namespace ox::profile_file
