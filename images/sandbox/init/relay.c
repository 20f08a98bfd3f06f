/*
 * Bytes between the engine's terminal (standard input and output) and the instance's. Each direction has
 * a buffer of its own, reading stops while it is full, and no write blocks: a big paste into a program
 * that is printing cannot stop the printing, nor the other way round.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE 65536
#define GRACE_MS 5000 /* for a command that was hung up on, and for a reader to take the last output */

struct flow {
	int from, to;
	bool ended; /* nothing more comes from `from` */
	bool broken; /* nothing more goes to `to`; what comes is thrown away */
	size_t start, end;
	char data[BUFFER_SIZE];
};

struct session {
	struct flow input, output;
	pid_t child;
	int signals, status;
	bool exited, hung_up;
	struct timespec since; /* of the exit or the hang-up */
};

static bool would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static void take(struct flow *flow)
{
	ssize_t got;

	if (flow->start == flow->end)
		flow->start = flow->end = 0;
	got = read(flow->from, flow->data + flow->end, BUFFER_SIZE - flow->end);
	if (got > 0)
		flow->end += (size_t)got;
	else if (got == 0 || !would_wait())
		flow->ended = true; /* a terminal without anybody on its other side says EIO */
}

static void give(struct flow *flow)
{
	ssize_t put = write(flow->to, flow->data + flow->start, flow->end - flow->start);

	if (put > 0)
		flow->start += (size_t)put;
	else if (put < 0 && !would_wait())
		flow->broken = true;
	if (flow->broken)
		flow->start = flow->end = 0;
}

static bool has_room(const struct flow *flow)
{
	return !flow->ended && (flow->end < BUFFER_SIZE || flow->start == flow->end);
}

static bool has_bytes(const struct flow *flow)
{
	return flow->start < flow->end;
}

static void begin_grace(struct session *session)
{
	clock_gettime(CLOCK_MONOTONIC, &session->since);
}

static bool grace_is_over(const struct session *session)
{
	struct timespec now;

	if (!session->exited && !session->hung_up)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - session->since.tv_sec) * 1000 + (now.tv_nsec - session->since.tv_nsec) / 1000000 > GRACE_MS;
}

/* The engine's side is gone: so is the user. */
static void hang_up(struct session *session)
{
	if (session->hung_up || session->exited)
		return;
	session->hung_up = true;
	begin_grace(session);
	kill(-session->child, SIGHUP);
	kill(-session->child, SIGCONT);
}

static void handle_signals(struct session *session)
{
	struct signalfd_siginfo information;
	struct winsize size;

	while (read(session->signals, &information, sizeof information) == (ssize_t)sizeof information) {
		if (information.ssi_signo == SIGWINCH) {
			if (ioctl(session->output.to, TIOCGWINSZ, &size) == 0)
				ioctl(session->input.to, TIOCSWINSZ, &size);
		} else if (information.ssi_signo == SIGCHLD) {
			if (!session->exited && waitpid(session->child, &session->status, WNOHANG) == session->child) {
				session->exited = true;
				begin_grace(session);
			}
		} else {
			hang_up(session);
		}
	}
}

/* One round; false when there is nothing more to carry. */
static bool carry(struct session *session)
{
	struct flow *input = &session->input, *output = &session->output;
	struct pollfd polls[] = {
		{.fd = has_room(input) && !session->exited ? input->from : -1, .events = POLLIN},
		{.fd = has_bytes(input) && !session->exited ? input->to : -1, .events = POLLOUT},
		{.fd = has_room(output) ? output->from : -1, .events = POLLIN},
		{.fd = has_bytes(output) ? output->to : -1, .events = POLLOUT},
		{.fd = session->signals, .events = POLLIN},
	};
	/* After the exit, what the terminal still holds is read without waiting for more. */
	int patience = session->exited && !has_bytes(output) ? 0 : (session->exited || session->hung_up ? 100 : -1);
	int ready;

	ready = poll(polls, sizeof polls / sizeof polls[0], patience);
	if (ready < 0 && errno != EINTR)
		die("terminals cannot be awaited");
	if (ready <= 0)
		return !(session->exited && !has_bytes(output)) && !grace_is_over(session);
	if (polls[4].revents)
		handle_signals(session);
	if (polls[0].revents)
		take(input);
	if (input->ended)
		hang_up(session);
	if (polls[1].revents)
		give(input);
	if (polls[2].revents)
		take(output);
	if (polls[3].revents)
		give(output);
	return !(output->ended && session->exited && !has_bytes(output)) && !grace_is_over(session);
}

/* Returns the command's exit status as a shell says it. */
int relay(int master, pid_t child, int signals)
{
	static struct session session; /* too large for a stack */
	int input_flags = fcntl(STDIN_FILENO, F_GETFL), output_flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (signals < 0)
		die("no signal descriptor");
	session = (struct session){.child = child, .signals = signals};
	session.input.from = STDIN_FILENO;
	session.input.to = session.output.from = master;
	session.output.to = STDOUT_FILENO;
	fcntl(STDIN_FILENO, F_SETFL, input_flags | O_NONBLOCK);
	fcntl(STDOUT_FILENO, F_SETFL, output_flags | O_NONBLOCK);
	while (carry(&session))
		;
	fcntl(STDIN_FILENO, F_SETFL, input_flags);
	fcntl(STDOUT_FILENO, F_SETFL, output_flags);
	/* Closing the master hangs up on whoever is left on the instance's terminal. */
	close(master);
	return session.exited ? exit_status(session.status) : 128 + SIGHUP;
}
