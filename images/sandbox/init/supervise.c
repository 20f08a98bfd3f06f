/*
 * PID 1 of the learner's own pid namespace: keeps Docker running, reaps what others leave behind. It is
 * inside the fence and has no power beyond the learner's.
 */
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t start(char *const command[], const sigset_t *before)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, before, NULL);
	setsid();
	execv(command[0], command);
	die("%s cannot be started", command[0]);
}

/* Reaps everybody; true if the main process was among them. */
static bool reap(pid_t main_process)
{
	bool ended = false;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (pid == main_process)
			ended = true;
	return ended;
}

int supervise(char *const command[])
{
	const struct timespec pause = {.tv_sec = 1};
	bool stopping = false;
	sigset_t signals, before;
	pid_t main_process;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	main_process = start(command, &before);
	for (;;) {
		int signal_number = sigtimedwait(&signals, NULL, main_process > 0 ? NULL : &pause);

		if (signal_number == SIGTERM || signal_number == SIGINT) {
			stopping = true;
			if (main_process > 0)
				kill(main_process, SIGTERM);
		}
		if (reap(main_process))
			main_process = 0;
		if (stopping && main_process <= 0)
			return 0;
		/* A learner may end dockerd; it comes back after a second, like a service. */
		if (main_process <= 0 && signal_number < 0 && errno == EAGAIN)
			main_process = start(command, &before);
	}
}
