#!/busybox sh
# virtual_machine_init.sh: the first program of a virtual machine that virtual_machine.py makes. It mounts what the file
# `lent` names of the machine outside (TAG OPTIONS PATH in each line), runs the script /shared/command, leaves its exit
# code beside it, and ends the machine.
/busybox mkdir -p /tools /proc /sys /dev /tmp /run /root /etc /var/lib
/busybox --install -s /tools
export PATH=/usr/bin:/usr/sbin:/tools HOME=/root LANG=C.UTF-8

mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /dev/shm
for place in /dev/shm /tmp /run; do mount -t tmpfs none "$place"; done
chmod 1777 /tmp
mount -t cgroup2 none /sys/fs/cgroup
echo '+cpu +memory' > /sys/fs/cgroup/cgroup.subtree_control

for module in /modules/*.ko; do insmod "$module"; done
while read -r tag options path; do
  mkdir -p "$path"
  mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$options" "$tag" "$path" || echo "cannot mount $path"
done < /lent

for folder in bin sbin lib lib64; do ln -s "usr/$folder" "/$folder"; done
echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd
echo 'root:x:0:' > /etc/group
echo '127.0.0.1 localhost inside' > /etc/hosts
hostname inside
ip link set lo up

sh /shared/command < /dev/null
echo $? > /shared/exit_code
sync
reboot -f
