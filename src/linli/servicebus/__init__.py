"""Service models (服务模型): named methods that an application offers and others call (spec F 0.1, 4.2).

    caller  --signed POST /{model}/{method}-->  gateway  --bus-->  provider: a room of this process, an application's
                                                                   HTTP address, or an edge box over its MQTT connection

A model says what a method takes and gives. A provider says who answers it for which project. The bus finds the
provider, waits for it, and turns what goes wrong into the codes of spec H 8.2.
"""
