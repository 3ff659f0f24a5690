"""Subscribers over AMQP 1.0: RabbitMQ keeps their queues, this room fills them and watches over them."""
