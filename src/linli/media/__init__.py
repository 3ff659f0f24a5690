"""The media of calls: relayed and fanned out in a child process, without decoding.

`relay.Relay` is the platform's end. It opens the sockets and hands them to the child, so that a child that dies takes no
port with it: the next one gets the same sockets and goes on. What is decided (who may talk, who hears) is decided here;
the child only moves packets and counts them.
"""
