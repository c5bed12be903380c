export {
  type BusyboxImage,
  ensureBusyboxImage,
  HTTPD_IMAGE,
  SAMPLE_IMAGE,
  SHELL_IMAGE,
} from './docker/busybox-image.ts'
export { type EngineAddress, parseEngineAddress } from './docker/engine-client.ts'
export { REPOSITORY_ROOT } from './paths.ts'
export { findBusybox } from './prepare/busybox.ts'
export { fetchEtcd, findEtcd } from './prepare/etcd.ts'
export { findNatsServer, type NatsServer } from './prepare/nats-server.ts'
export { findFreePort } from './start/free-port.ts'
export { type NatsConfig, renderNatsConfig } from './supervisor/nats-config.ts'
