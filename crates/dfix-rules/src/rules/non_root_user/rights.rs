//! Packages and images whose purpose asks for what only root, or its groups, may.

use dfix_engine::OpenCondition;
use dfix_model::{PackageManager, Stage};

pub(crate) const DOCKER: &str = "opens Docker's socket, which only root and its group may";
const DEVICES: &str = "opens devices, which only root and their group may";
const PACKETS: &str = "sends and reads raw packets, which only root may";
const MOUNTS: &str = "mounts, which only root may";
const KEYRINGS: &str = "reads the keyrings below /etc/ceph, which root alone often may";
const FIREWALL: &str = "changes the firewall";
const NETWORK: &str = "changes the network";

/// Packages of Python and Node that talk to what only root may: what that is.
const OF_LANGUAGES: &[(&str, &str)] = &[
    ("aiodocker", DOCKER),
    ("docker", DOCKER),
    ("docker-compose", DOCKER),
    ("docker-py", DOCKER),
    ("dockerode", DOCKER),
    ("dockerspawner", DOCKER),
    ("fig", DOCKER),
    ("bleak", DEVICES),
    ("bleno", DEVICES),
    ("bluepy", DEVICES),
    ("evdev", DEVICES),
    ("gpiozero", DEVICES),
    ("hidapi", DEVICES),
    ("i2c-bus", DEVICES),
    ("johnny-five", DEVICES),
    ("noble", DEVICES),
    ("node-hid", DEVICES),
    ("onoff", DEVICES),
    ("pi-gpio", DEVICES),
    ("picamera", DEVICES),
    ("pigpio", DEVICES),
    ("pyaudio", DEVICES),
    ("pybluez", DEVICES),
    ("pyserial", DEVICES),
    ("pyudev", DEVICES),
    ("pyusb", DEVICES),
    ("rpi-gpio", DEVICES),
    ("rpio", DEVICES),
    ("serialport", DEVICES),
    ("smbus", DEVICES),
    ("smbus2", DEVICES),
    ("sounddevice", DEVICES),
    ("spidev", DEVICES),
    ("usb", DEVICES),
    ("icmplib", PACKETS),
    ("net-ping", PACKETS),
    ("netfilterqueue", PACKETS),
    ("ping3", PACKETS),
    ("pypcap", PACKETS),
    ("pyroute2", PACKETS),
    ("pyshark", PACKETS),
    ("pythonping", PACKETS),
    ("raw-socket", PACKETS),
    ("scapy", PACKETS),
    ("certbot", "writes to /etc/letsencrypt"),
    (
        "pgadmin4",
        "writes to /var/lib/pgadmin and /var/log/pgadmin",
    ),
    ("jupyterhub", "starts processes as other users"),
    ("salt", "changes the system"),
];

/// Packages of the system of the same kind.
const OF_SYSTEMS: &[(&str, &str)] = &[
    ("docker", DOCKER),
    ("docker-ce", DOCKER),
    ("docker-ce-cli", DOCKER),
    ("docker-cli", DOCKER),
    ("docker.io", DOCKER),
    ("iptables", FIREWALL),
    ("nftables", FIREWALL),
    ("aircrack-ng", PACKETS),
    ("arp-scan", PACKETS),
    ("hping3", PACKETS),
    ("libpcap", PACKETS),
    ("libpcap-dev", PACKETS),
    ("libpcap0.8", PACKETS),
    ("masscan", PACKETS),
    ("nmap", PACKETS),
    ("tcpdump", PACKETS),
    ("tshark", PACKETS),
    ("hostapd", NETWORK),
    ("openvpn", NETWORK),
    ("wireguard-tools", NETWORK),
    ("wpasupplicant", NETWORK),
    ("alsa-utils", DEVICES),
    ("bluez", DEVICES),
    ("cryptsetup", DEVICES),
    ("gpsd", DEVICES),
    ("i2c-tools", DEVICES),
    ("ipmitool", DEVICES),
    ("libportaudio2", DEVICES),
    ("libusb-1.0-0", DEVICES),
    ("libusb-1.0-0-dev", DEVICES),
    ("libzfslinux-dev", DEVICES),
    ("lvm2", DEVICES),
    ("portaudio19-dev", DEVICES),
    ("pulseaudio", DEVICES),
    ("python3-pyaudio", DEVICES),
    ("smartmontools", DEVICES),
    ("udev", DEVICES),
    ("usbutils", DEVICES),
    ("v4l-utils", DEVICES),
    ("wiringpi", DEVICES),
    ("zfsutils-linux", DEVICES),
    ("cifs-utils", MOUNTS),
    ("davfs2", MOUNTS),
    ("fuse", MOUNTS),
    ("fuse3", MOUNTS),
    ("nfs-common", MOUNTS),
    ("nfs-utils", MOUNTS),
    ("s3fs", MOUNTS),
    ("s3fs-fuse", MOUNTS),
    ("sshfs", MOUNTS),
    ("ceph-common", KEYRINGS),
    ("librados-dev", KEYRINGS),
    ("librados2", KEYRINGS),
    ("python-ceph", KEYRINGS),
    ("python3-ceph", KEYRINGS),
    ("python3-rados", KEYRINGS),
    ("certbot", "writes to /etc/letsencrypt"),
];

/// What could not be established because of a package that the stage installs.
pub(crate) fn of_packages(stage: Stage<'_>) -> Vec<OpenCondition> {
    let python = stage.python_packages();
    let node = stage.node_packages();
    let names: Vec<String> = [PackageManager::Apt, PackageManager::Apk]
        .into_iter()
        .flat_map(|manager| {
            stage
                .lineage()
                .flat_map(move |s| s.installs(manager).collect::<Vec<_>>())
        })
        .flat_map(|install| install.packages())
        .filter_map(|package| Some(package.name?.to_string()))
        .collect();
    let of_system = names
        .iter()
        .find_map(|name| OF_SYSTEMS.iter().find(|(n, _)| n == name));
    // A `sudo` that the build does not use is there for the application.
    let asks_sudo = names.iter().any(|name| name == "sudo")
        && !stage
            .lineage()
            .flat_map(Stage::build_commands)
            .any(|c| c.is_wrapped_by("sudo"));
    let sudo = asks_sudo.then_some(&("sudo", "lets the application ask for root's rights"));
    let docker = brings_docker(stage).then_some(&("docker", DOCKER));
    OF_LANGUAGES
        .iter()
        .find(|(name, _)| python.has(name) || node.has(name))
        .or(of_system)
        .or(sudo)
        .or(docker)
        .map(|(name, what)| OpenCondition {
            condition: format!("whether the application needs root for {name}, which {what}"),
            remedy: "start it once as another user, then set USER by hand".to_owned(),
        })
        .into_iter()
        .collect()
}

/// Whether the build downloads Docker's client, or copies it.
fn brings_docker(stage: Stage<'_>) -> bool {
    let names_docker = |text: &str| {
        [
            "get.docker.com",
            "download.docker.com",
            "test.docker.io",
            "docker/compose/releases",
        ]
        .iter()
        .any(|place| text.contains(place))
            || text.ends_with("/bin/docker")
            || text.ends_with("/bin/docker-compose")
    };
    stage
        .lineage()
        .flat_map(Stage::build_commands)
        .flat_map(dfix_model::Command::args)
        .any(|w| names_docker(w.written()))
        || stage
            .lineage()
            .flat_map(Stage::steps)
            .filter(|s| matches!(s.name(), "COPY" | "ADD"))
            .any(|s| {
                let image = s.flag("from").and_then(|f| f.value()?.value());
                s.words().any(|w| names_docker(w.written()))
                    || image.is_some_and(|i| {
                        i.starts_with("docker:") || i == "docker" || i.ends_with("/docker")
                    })
            })
}

/// Whether the image is made for a small board with devices of its own, which its applications open.
fn is_for_a_board(stage: Stage<'_>) -> bool {
    stage.root_image().name().is_some_and(|name| {
        ["balenalib/", "hypriot/", "resin/"]
            .iter()
            .any(|owner| name.starts_with(owner))
    })
}

/// What could not be established for an application of a small board, or for a service of LinuxKit.
pub(crate) fn of_board(stage: Stage<'_>) -> Option<OpenCondition> {
    let is_of_linuxkit = stage.file().stages().any(|s| {
        s.image()
            .name()
            .is_some_and(|name| name.starts_with("linuxkit/"))
    });
    if is_of_linuxkit {
        return Some(OpenCondition {
            condition: "whether the service has rights of root's that LinuxKit's own file gives it"
                .to_owned(),
            remedy: "look at its `capabilities` and its `uid` there".to_owned(),
        });
    }
    is_for_a_board(stage).then(|| OpenCondition {
        condition: format!("whether the application {DEVICES}, as the base image is for boards"),
        remedy: "start it once as another user on the board, then set USER by hand".to_owned(),
    })
}

/// What could not be established for a node of a chain, by its ports: it keeps its data at home.
pub(crate) fn of_node(stage: Stage<'_>) -> Option<OpenCondition> {
    const PORTS: &[u16] = &[8333, 8545, 8546, 9735, 18333, 26656, 26657, 30303];
    let port = stage
        .ports()
        .into_iter()
        .filter_map(|port| Some(port.range?.0))
        .find(|port| PORTS.contains(port))?;
    Some(OpenCondition {
        condition: format!(
            "whether the data of the node that listens on {port} is mounted below /root, which no other user may enter"
        ),
        remedy: "name the folder of the data, and mount it there".to_owned(),
    })
}

/// The variable that makes the entry point of such an image start an init system or make devices.
pub(crate) fn starts_a_system(stage: Stage<'_>) -> Option<&'static str> {
    ["UDEV", "INITSYSTEM"].into_iter().find(|key| {
        is_for_a_board(stage)
            && stage.final_env(key).value().is_some_and(|value| {
                matches!(value.to_ascii_lowercase().as_str(), "1" | "on" | "true")
            })
    })
}
