#include "rules/decoder_names.h"

namespace trailsift {

const std::vector<std::string_view>& ShippedDecoderNames() {
  // `unused-placeholder` is the program-name decoder that minimal homes hold so that Wazuh's loader finds one.
  static const std::vector<std::string_view> names = {
      "json", "json-msgraph", "unused-placeholder", "active_response", "aix-ipsec", "apache-errorlog", "api", "ar_log", "ar_log_json",
      "arpwatch", "asa", "auditd", "barracuda-svf1", "bro-ids", "checkpoint_r80", "cimserver", "cisco-asa", "cisco-ftd", "cisco-ios",
      "cisco-vpn-concentrator", "cisco-vpn-concentrator-other", "citrix", "clamd", "cloudlinux", "courier", "cron", "cylance_events",
      "cylance_threats", "dbus-daemon", "docker", "dovecot", "dpkg-decoder", "dragon-nids", "dropbear", "exim", "f5-bigip",
      "fireeye", "fortiauth", "fortiddos", "fortigate-firewall-v3", "fortigate-firewall-v4", "fortigate-firewall-v5",
      "fortigate-firewall-v6", "fortimail", "freeipa", "freshclam", "ftpd", "github", "gitlab", "grandstream-ucm", "groupadd",
      "hordeimp", "hp-3par", "huawei-usg", "identiv", "imapd", "imperva", "iptables", "jenkins", "junos-ids", "junos-rt-flow",
      "kernel", "kvm", "local_decoder_example", "mailscanner", "mariadb-errors", "mariadb-syslog", "mcafee-epo", "modsecurity",
      "mongodb", "ms-sedna", "mssql", "mysql_log", "named", "netscaler", "netscreenfw", "nextcloud", "nginx-errorlog", "ntpd",
      "office365", "openbsd-dhcpd", "openbsd-httpd", "openbsd-smtpd", "opensmtpd", "openvpn", "openvas", "oracle", "oscap",
      "ossec", "ossec-agent", "ossec-alert", "ossec-logcollector", "owlh-zeek", "paloalto", "pam", "panda-paps", "perdition",
      "pf", "pfsense", "pix", "portsentry", "postfix", "postfix-reject", "postgresql_log", "proftpd", "psad", "puppet-agent",
      "puppet-master", "pure-ftpd", "pvpgn", "qualysguard", "racoon", "redis", "rhel-login", "rootcheck", "roundcube", "rsa-auth",
      "rshd", "samba", "sca", "sendmail", "sendmail-reject", "serv-u", "smbd", "snort", "solaris_bsm", "sonicwall", "sophos",
      "sophos-fw", "squid-accesslog", "sshd", "su", "sudo", "suhosin", "symantec-av", "symantec-websecurity", "syscheck_integrity_changed",
      "syscheck_new_entry", "syscheck_deleted", "syscheck_registry_key_added", "syscheck_registry_key_deleted",
      "syscheck_registry_key_modified", "syscheck_registry_value_added", "syscheck_registry_value_deleted",
      "syscheck_registry_value_modified", "syscollector", "sysdig", "systemd", "telnetd", "trend-osce", "unbound", "unix_chkpwd",
      "useradd", "userdel", "usermod", "vm-pop3d", "vmware", "vmware_syslog", "vpopmail", "vsftpd", "vuls", "vulnerability-detector",
      "web-accesslog", "web-accesslog-iis-default", "web-accesslog-iis6", "windows", "windows_eventchannel", "windows-date-format",
      "wordpress", "xferlog", "zeus"};
  return names;
}

}  // namespace trailsift
