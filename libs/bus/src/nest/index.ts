/** JetStream as a Nest transport: apart from the bus, for who needs only that shall not load Nest. */
export { JetStreamServer, type JetStreamServerOptions } from './jetstream-server.js';
export { FromQueue, JETSTREAM, type FromQueueOptions } from './from-queue.js';
