[Network]
Network=bridge
Bridge=br0
