# probe.pl NAME [ARGUMENT …]: try one thing that a learner must not be able to do.
# probe.pl all NAME …: try several; one line each, "NAME<tab>exit status<tab>what it said".
#
# Exit 0: it was permitted. Exit 1: it was refused. Exit 3: it cannot be tried on this kernel. Any other:
# the probe itself is wrong and proves nothing. Every probe is harmless: values are written back as they
# were read, files are opened and not written, calls get arguments that the kernel refuses after it has
# looked at the caller's rights.
use strict;
use warnings;
use Errno qw(EPERM EACCES EROFS ENOSYS ENOENT EAFNOSUPPORT ENODEV EINVAL);
use Fcntl;

my %x86_64 = (
    mount => 165, umount => 166, mknod => 133, init_module => 175, kexec_load => 246, reboot => 169,
    syslog => 103, bpf => 321, perf_event_open => 298, adjtimex => 159, setpriority => 141,
    sched_setscheduler => 144, open_by_handle_at => 304, openat => 257, socket => 41,
    setresuid => 117, inotify_init1 => 294, keyctl => 250, io_uring_setup => 425, userfaultfd => 323,
    swapon => 167,
);
my %aarch64 = (
    mount => 40, umount => 39, mknodat => 33, init_module => 105, kexec_load => 104, reboot => 142,
    syslog => 116, bpf => 280, perf_event_open => 241, adjtimex => 171, setpriority => 140,
    sched_setscheduler => 119, open_by_handle_at => 265, openat => 56, socket => 198,
    setresuid => 147, inotify_init1 => 26, keyctl => 219, io_uring_setup => 425, userfaultfd => 282,
    swapon => 224,
);
chomp(my $machine = `uname -m`);
my %number = $machine eq 'x86_64' ? %x86_64 : $machine eq 'aarch64' ? %aarch64 : die "no numbers for $machine\n";

sub call { my $name = shift; return syscall($number{$name} // die("no number for $name\n"), @_) }
sub permitted { print "permitted: @_\n"; exit 0 }
sub refused { print "refused: @_\n"; exit 1 }
sub untestable { print STDERR "cannot be tried here: @_\n"; exit 3 }

# What a call that is bound to fail says about rights: these errors are a refusal, every other is not.
sub judge_error { my ($what) = @_; ($! == EPERM || $! == EACCES || $! == ENOSYS || $! == EAFNOSUPPORT) ? refused("$what: $!") : permitted("$what: $!") }
sub judge { my ($result, $what) = @_; $result >= 0 ? permitted($what) : judge_error($what) }

my $scratch = "/tmp/probe.$$";
END { if (defined $scratch && -e $scratch) { unlink $scratch or rmdir $scratch } }

sub make_node {
    my ($mode, $major, $minor) = @_;
    my $device = ($major << 8) | $minor;
    my $result = exists $number{mknod} ? call('mknod', $scratch, $mode, $device) : call('mknodat', -100, $scratch, $mode, $device);
    $result == 0 or refused("mknod $major:$minor: $!");
}

sub open_node {
    my ($mode, $major, $minor) = @_;
    make_node($mode, $major, $minor);
    sysopen(my $file, $scratch, O_RDONLY | O_NONBLOCK) or refused("open $major:$minor: $!");
    permitted("opened $major:$minor");
}

sub first_of { for (@_) { return $_ if -e $_ } untestable("none of @_") }

sub rewrite {
    my ($path) = @_;
    -e $path or untestable("$path does not exist");
    open(my $in, '<', $path) or refused("$path: $!");
    my $value = <$in> // '';
    close $in;
    $value = $1 if $value =~ /\[([^\]]+)\]/;
    sysopen(my $out, $path, O_WRONLY) or refused("$path: $!");
    defined(syswrite($out, $value)) or refused("$path: $!");
    permitted("$path rewritten");
}

sub open_for_writing {
    my ($path) = @_;
    -e $path or untestable("$path does not exist");
    sysopen(my $out, $path, O_WRONLY) or refused("$path: $!");
    permitted("$path is open for writing");
}

sub mount_new {
    my ($type, $options) = @_;
    my $data = $options // 0;
    mkdir $scratch;
    call('mount', $type, $scratch, $type, 0, $data) == 0 or ($! == ENODEV ? untestable("$type: $!") : refused("$type: $!"));
    return;
}

sub unmount { call('umount', $scratch, 0) }

# cgroup v1 without a cgroup namespace of its own shows a new mount the host's whole hierarchy.
sub leave_devices_cgroup {
    -d '/sys/fs/cgroup/devices' or untestable('no devices hierarchy');
    mount_new('cgroup', 'devices');
    open(my $self, '<', '/proc/self/cgroup') or die "no /proc/self/cgroup\n";
    my ($path) = map { m{^\d+:[^:]*\bdevices\b[^:]*:(.*)$} ? $1 : () } <$self>;
    if ($path eq '/') { unmount(); refused('the mount begins at the instance itself') }
    my $tasks;
    my $moved = open($tasks, '>', "$scratch/cgroup.procs") && defined(syswrite($tasks, $$));
    my $error = "$!";
    close $tasks if $tasks;
    unmount();
    $moved or refused("cgroup.procs of the root: $error");
    rmdir $scratch;
    open_node(0020600, 1, 11);
}

sub write_release_agent {
    -d '/sys/fs/cgroup/memory' or untestable('no memory hierarchy');
    mount_new('cgroup', 'memory');
    my $seen = -e "$scratch/release_agent";
    my $file;
    my $open = $seen && sysopen($file, "$scratch/release_agent", O_WRONLY);
    close $file if $open;
    unmount();
    $open ? permitted('release_agent is open for writing') : refused($seen ? 'release_agent is read-only' : 'no release_agent in sight');
}

# Inode 2 is the root of an ext file system; 128 and 256 of xfs and btrfs. The file handed in lies on it.
sub open_by_handle {
    my ($path) = @_;
    sysopen(my $mount, $path, O_RDONLY) or die "$path: $!\n";
    my $handle = pack('L l L L L', 8, 1, 2, 0, 0);
    judge(call('open_by_handle_at', fileno($mount), $handle, O_RDONLY), "inode 2 under $path");
}

sub exhaust_processes {
    my ($wanted) = @_;
    my @children;
    my $error;
    for (1 .. $wanted) {
        my $pid = fork();
        if (!defined $pid) { $error = "$!"; last }
        if ($pid == 0) { sleep 60; exit 0 }
        push @children, $pid;
    }
    kill 'KILL', @children;
    waitpid $_, 0 for @children;
    my $count = @children;
    $error ? refused("$count of $wanted processes, then: $error") : permitted("$count processes");
}

sub exhaust_memory {
    my ($megabytes) = @_;
    my @blocks;
    push @blocks, chr($_ % 255) x 1048576 for 1 .. $megabytes;
    permitted(scalar(@blocks) . ' MB');
}

# Says how many it got and keeps them until standard input ends.
sub hold_inotify {
    my ($wanted) = @_;
    my $count = 0;
    $count++ while $count < $wanted && call('inotify_init1', 0) >= 0;
    $| = 1;
    print "$count\n";
    sleep 60;
}

# Each in a process of its own: a probe ends by its exit, and some change what they run as.
sub try_all {
    for my $each (@_) {
        my $pid = open(my $answer, '-|') // die "fork: $!\n";
        if ($pid == 0) { open(STDERR, '>&', \*STDOUT); $scratch = "/tmp/probe.$$"; run_probe($each) }
        my @lines = <$answer>;
        close $answer;
        chomp(my $last = $lines[-1] // 'nothing');
        printf "%s\t%d\t%s\n", $each, $? >> 8 || ($? ? 2 : 0), $last;
    }
    undef $scratch;
    exit 0;
}

my %probes = (
    'block-device' => sub { make_node(0060600, 8, 0); permitted('made a disk node') },
    'kernel-log-device' => sub { open_node(0020600, 1, 11) },
    'memory-device' => sub { open_node(0020600, 1, 1) },
    'leave-devices-cgroup' => \&leave_devices_cgroup,
    'own-memory-limit' => sub { rewrite(first_of(qw(/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max))) },
    'own-pids-limit' => sub { rewrite(first_of(qw(/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max))) },
    'release-agent' => \&write_release_agent,
    'core-pattern' => sub { rewrite('/proc/sys/kernel/core_pattern') },
    'swappiness' => sub { rewrite('/proc/sys/vm/swappiness') },
    'threads-max' => sub { rewrite('/proc/sys/kernel/threads-max') },
    'file-max' => sub { rewrite('/proc/sys/fs/file-max') },
    'sysrq' => sub { open_for_writing('/proc/sysrq-trigger') },
    'kernel-memory' => sub { -e '/proc/kcore' or untestable('no kcore'); sysopen(my $f, '/proc/kcore', O_RDONLY) ? permitted('kcore') : refused("kcore: $!") },
    'sysfs-knob' => sub { rewrite('/sys/kernel/mm/transparent_hugepage/enabled') },
    'load-module' => sub { my $none = ''; call('init_module', $none, 0, $none); judge_error('init_module') },
    'load-kernel' => sub { call('kexec_load', 0, 1 << 20, 0, 0); judge_error('kexec_load') },
    'reboot' => sub { call('reboot', 0, 0, 0, 0); judge_error('reboot with a wrong magic number') },
    'kernel-log' => sub { my $buffer = "\0" x 65536; judge(call('syslog', 3, $buffer, length $buffer), 'syslog') },
    'bpf' => sub {
        my $code = pack('CCsl CCsl', 0xb7, 0, 0, 0, 0x95, 0, 0, 0);
        my $license = "GPL\0";
        my $attributes = pack('LLQQ x128', 2, 2, unpack('Q', pack('p', $code)), unpack('Q', pack('p', $license)));
        judge(call('bpf', 5, $attributes, 120), 'bpf program');
    },
    'perf' => sub { my $attributes = pack('LLQ x112', 1, 128, 0); judge(call('perf_event_open', $attributes, -1, 0, -1, 0), 'perf of all processes') },
    'clock' => sub {
        my $now = "\0" x 256;
        call('adjtimex', $now) >= 0 or die "adjtimex: $!\n";
        my ($modes, $offset, $frequency) = unpack('L x4 q q', $now);
        my $set = pack('L x4 q q x232', 2, 0, $frequency);
        judge(call('adjtimex', $set), 'clock frequency set to what it was');
    },
    'priority' => sub { judge(call('setpriority', 0, 0, -10), 'nice -10') },
    'realtime' => sub { my $parameter = pack('l', 1); judge(call('sched_setscheduler', 0, 1, $parameter), 'real-time class') },
    'debugfs' => sub { mount_new('debugfs'); unmount(); permitted('debugfs') },
    'tracefs' => sub { mount_new('tracefs'); unmount(); permitted('tracefs') },
    'file-handle' => sub { open_by_handle('/etc/hosts') },
    'file-handle-data' => sub { open_by_handle('/var/lib/docker') },
    'vsock' => sub { judge(call('socket', 40, 1, 0), 'AF_VSOCK') },
    'vsock-upper-bits' => sub { judge(call('socket', (1 << 32) | 40, 1, 0), 'AF_VSOCK with upper bits set') },
    'crypto-socket' => sub { judge(call('socket', 38, 5, 0), 'AF_ALG') },
    'io-uring' => sub { my $parameters = "\0" x 120; judge(call('io_uring_setup', 1, $parameters), 'io_uring') },
    'userfaultfd' => sub { judge(call('userfaultfd', 0), 'userfaultfd') },
    'swap' => sub { my $path = "/no/such\0"; call('swapon', $path, 0); judge_error('swapon') },
    'foreign-id' => sub { call('setresuid', 70000, 70000, 70000) == 0 ? permitted('is host user 70000') : refused("host user 70000: $!") },
    'shared-layer' => sub { chmod(0755, '/proc/1/exe') ? permitted("PID 1's program changed") : refused("PID 1's program: $!") },
    'outer-container' => sub { my @found = grep { -e } qw(/data /lower /.dockerenv /run/drydock/pid); @found ? permitted("@found") : refused('no trace of it') },
    'host-process' => sub {
        my ($mark) = @_;
        for my $file (glob '/proc/[0-9]*/cmdline') { open(my $in, '<', $file) or next; local $/; permitted($file) if (<$in> // '') =~ /\Q$mark\E/ && $file !~ m{/$$/} }
        refused('not in /proc');
    },
    'processes' => \&exhaust_processes,
    'memory' => \&exhaust_memory,
    'inotify' => \&hold_inotify,
);

sub run_probe {
    my ($name, @arguments) = @_;
    my $probe = $probes{$name} or do { print STDERR "no probe is called '$name'\n"; exit 2 };
    $probe->(@arguments);
    print STDERR "probe $name came to no verdict\n";
    exit 2;
}

my $name = shift @ARGV // '';
$name eq 'all' ? try_all(@ARGV) : run_probe($name, @ARGV);
