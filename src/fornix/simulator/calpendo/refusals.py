"""What the simulated Calpendo refuses, apart from how a refusal looks on the wire."""


class SimulatorRefusal(Exception):
    """Something was asked that this simulator does not do; the text says what and why."""


class QueryRefused(SimulatorRefusal):
    """The query breaks the grammar or names an unknown property; Calpendo answers 400."""


class TypeUnknown(SimulatorRefusal):
    """No such type of object; Calpendo answers 404."""


class ControlRefused(SimulatorRefusal):
    """The control interface was told something it cannot do; nothing has changed."""


class SwitchUnknown(ControlRefused):
    """No such variant switch, or no such value of it."""


class ListenRefused(SimulatorRefusal):
    """The address is not one this simulator may listen on."""
