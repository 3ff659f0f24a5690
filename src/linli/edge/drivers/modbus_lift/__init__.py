"""电梯 Modbus 协议: lift controllers whose register map the installer writes down (spec D 4.4; issue 17)."""
