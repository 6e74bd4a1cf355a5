// OX_TRIM_THREAD=SECONDS: a thread that calls for a trim every so many seconds, for programs that
// free much and then rest. Off unless asked for: a second thread forbids a program unshare(),
// setns() and fork() as it may know them.
#pragma once

namespace ox::trim_thread {

// Starts it if it is wanted and threads can be had; before main. A child of a fork has none.
void start();

}  // namespace ox::trim_thread
