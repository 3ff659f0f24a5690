"""Messages of devices, live to the consumers of an appKey: `/sys/appkey/{appKey}/thing/{productKey}/{deviceName}/…`."""
