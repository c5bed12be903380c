export {
  type BusyboxImage,
  ensureBusyboxImage,
  HTTPD_IMAGE,
  SAMPLE_IMAGE,
  SHELL_IMAGE,
} from './docker/busybox-image.ts'
export { type EngineAddress, parseEngineAddress } from './docker/engine-client.ts'
export { findBusybox } from './prepare/busybox.ts'
export { findNatsServer, type NatsServer } from './prepare/nats-server.ts'
export { type NatsConfig, renderNatsConfig } from './supervisor/nats-config.ts'
