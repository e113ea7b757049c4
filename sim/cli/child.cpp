#include "sim/cli/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/issue.h"
#include "sim/cli/interrupt.h"

namespace tidepool::cli {
namespace {

constexpr char kValue = 'v';    // first byte of what the child says: its work's result,
constexpr char kProblem = 'p';  // or why there is none

void say(int pipe, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t n = ::write(pipe, bytes.data() + at, bytes.size() - at);
        if (n < 0 && errno != EINTR) {
            return;  // the parent is gone
        }
        at += n < 0 ? 0 : static_cast<std::size_t>(n);
    }
}

std::string answer_of(const std::function<std::string()>& work) {
    try {
        return kValue + work();
    } catch (const std::bad_alloc&) {
        return std::string(1, kProblem) + "out of memory";
    } catch (const InputError& error) {
        return kProblem + std::string(error.what());
    } catch (const RunError& error) {
        return kProblem + std::string(error.what());
    }
}

// All that comes, to its end or until the user interrupts.
std::string hear(int pipe) {
    std::string bytes;
    std::array<char, 65536> buffer{};
    while (!interrupted()) {
        const ssize_t n = ::read(pipe, buffer.data(), buffer.size());
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        bytes.append(buffer.data(), n < 0 ? 0 : static_cast<std::size_t>(n));
    }
    return bytes;
}

int end_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace

std::string in_child(const std::string& what, const std::function<std::string()>& work) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) {
        throw RunError("cannot make a pipe: " + std::string(std::strerror(errno)));
    }
    const pid_t child = ::fork();
    if (child < 0) {
        throw RunError("cannot start a process: " + std::string(std::strerror(errno)));
    }
    if (child == 0) {
        ::close(pipe[0]);
        say(pipe[1], answer_of(work));
        ::_exit(0);  // what the parent has to flush or remove is the parent's
    }
    ::close(pipe[1]);
    const std::string answer = hear(pipe[0]);
    ::close(pipe[0]);
    if (interrupted()) {
        ::kill(child, SIGKILL);
    }
    const int status = end_of(child);
    if (interrupted()) {
        return {};
    }
    if (answer.empty() || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw RunError(
            what + " died" +
            (WIFSIGNALED(status) ? " of signal " + std::to_string(WTERMSIG(status)) : ""));
    }
    if (answer.front() == kProblem) {
        throw RunError(what + ": " + answer.substr(1));
    }
    return answer.substr(1);
}

}  // namespace tidepool::cli
