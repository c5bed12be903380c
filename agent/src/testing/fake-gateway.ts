/**
 * A gateway as far as an agent can tell: real TLS, real gRPC, assignments kept in memory.
 * It acknowledges every report unless told not to, and answers heartbeats.
 */
import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js'
import { serviceDefinition, serviceImplementation } from '@homeport/wire'
import {
  type AgentMessage,
  AgentSessionService,
  AssignmentSchema,
  EnrollmentService,
  type GatewayMessage,
  GatewayMessageSchema,
  type Register,
  type TaskReport,
} from '@homeport/wire/agent'
import { type TaskObservation, TaskStatus } from '@homeport/wire/types'
import {
  BasicConstraintsExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { TaskAssignment } from '../engine/assignment.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const INSTANCE_ID = 'a'.repeat(32)

type Call = ServerDuplexStream<AgentMessage, GatewayMessage>
type Outgoing = Extract<GatewayMessage['message'], { case: string }>

/** How a fake gateway starts. */
export interface FakeGatewayOptions {
  /** Sent to agents; default 5,000. */
  readonly heartbeatIntervalMs?: number
  /** 0 to 65,535; default 0: the system chooses. */
  readonly sessionPort?: number
}

/** A running fake gateway. */
export class FakeGateway {
  readonly registrations: Register[] = []
  readonly reports: TaskReport[] = []
  /** What it tells agents to run, by task id. */
  readonly tasks: Map<string, TaskAssignment> = new Map()
  revision = 1
  /** Whether reports are acknowledged. */
  isAcknowledging = true
  /** Whether heartbeats are answered. */
  isAnswering = true
  /** Sent instead of `registered`. */
  refusal: { readonly code: string; readonly message: string } | undefined
  heartbeatCount = 0
  enrollmentCount = 0
  sessionPort = 0
  enrollmentPort = 0
  joinToken = ''
  authorityPem = ''
  readonly #options: FakeGatewayOptions
  readonly #servers: Server[] = []
  readonly #calls = new Set<Call>()
  #waiters: (() => void)[] = []

  constructor(options: FakeGatewayOptions) {
    this.#options = options
  }

  get sessionAddress(): string {
    return `localhost:${this.sessionPort}`
  }

  get enrollmentAddress(): string {
    return `localhost:${this.enrollmentPort}`
  }

  get sessionCount(): number {
    return this.#calls.size
  }

  async start(): Promise<this> {
    const authority = await Authority.create()
    const credential = await authority.serverCredential()
    const sessions = new Server()
    sessions.addService(
      serviceDefinition(AgentSessionService),
      serviceImplementation(AgentSessionService, { session: (call) => this.#serve(call as Call) }),
    )
    const enrollment = new Server()
    enrollment.addService(
      serviceDefinition(EnrollmentService),
      serviceImplementation(EnrollmentService, {
        enroll: async ({ joinSecret, certificateRequest }) => {
          if (`${authority.fingerprint}.${joinSecret}` !== this.joinToken) throw new Error('wrong secret')
          this.enrollmentCount += 1
          return {
            instanceId: INSTANCE_ID,
            certificatePem: await authority.hostCertificate(certificateRequest, INSTANCE_ID),
            authorityPem: authority.pem,
          }
        },
      }),
    )
    const authorityBytes = Buffer.from(authority.pem)
    const port = this.#options.sessionPort ?? 0
    this.sessionPort = await bind(
      sessions,
      ServerCredentials.createSsl(authorityBytes, [credential], true),
      port,
    )
    this.enrollmentPort = await bind(enrollment, ServerCredentials.createSsl(null, [credential], false), 0)
    this.joinToken = `${authority.fingerprint}.secret`
    this.authorityPem = authority.pem
    this.#servers.push(sessions, enrollment)
    return this
  }

  /** Tells connected agents of the task, and later ones in their snapshot. */
  assign(assignment: TaskAssignment): void {
    this.tasks.set(assignment.taskId, assignment)
    this.revision += 1
    this.#broadcast({
      case: 'update',
      value: { $typeName: 'homeport.agent.v1.AssignmentUpdate', ...this.#assignments([assignment]) },
    })
  }

  /** As StopTask does. */
  stopTask(taskId: string, stoppedReason = 'Task stopped by user'): void {
    const task = this.tasks.get(taskId)
    if (task === undefined) throw new Error(`no task ${taskId}`)
    this.assign({ ...task, desiredStatus: 'STOPPED', stoppedReason })
  }

  /** Breaks every session, as a gateway that dies does. */
  disconnect(): void {
    const broken = Object.assign(new Error('broken'), { code: status.UNAVAILABLE, details: 'broken' })
    for (const call of this.#calls) call.emit('error', broken)
    this.#calls.clear()
  }

  /** Ends every session with a reason. */
  end(code: string, message = ''): void {
    this.#broadcast({ case: 'end', value: { $typeName: 'homeport.agent.v1.SessionEnd', code, message } })
    for (const call of this.#calls) call.end()
  }

  acknowledge(sequence: bigint): void {
    this.#broadcast({
      case: 'acknowledgement',
      value: { $typeName: 'homeport.agent.v1.ReportAcknowledgement', sequence },
    })
  }

  /** The newest report of a task. */
  observed(taskId: string): TaskObservation | undefined {
    return this.reports.findLast((report) => report.taskId === taskId)?.observed
  }

  /** Resolves with the observation once the task's last status is at least `status`. */
  async reached(taskId: string, status: TaskStatus): Promise<TaskObservation> {
    await this.until(() => (this.observed(taskId)?.lastStatus ?? 0) >= status)
    const observed = this.observed(taskId)
    if (observed === undefined) throw new Error('unreachable')
    return observed
  }

  /** Resolves once `condition` holds; looked at whenever something arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  async stop(): Promise<void> {
    this.disconnect()
    for (const server of this.#servers.splice(0)) server.forceShutdown()
  }

  #serve(call: Call): void {
    this.#calls.add(call)
    call.on('data', ({ message }: AgentMessage) => {
      this.#receive(call, message)
      this.#wake()
    })
    const gone = (): void => {
      this.#calls.delete(call)
      this.#wake()
    }
    call.on('cancelled', gone)
    call.on('error', gone)
    call.on('end', () => call.end())
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }

  #receive(call: Call, message: AgentMessage['message']): void {
    if (message.case === 'register') {
      this.registrations.push(message.value)
      this.#welcome(call)
    } else if (message.case === 'heartbeat') {
      this.heartbeatCount += 1
      if (!this.isAnswering) return
      const { sequence } = message.value
      send(call, {
        case: 'heartbeatAnswer',
        value: { $typeName: 'homeport.agent.v1.HeartbeatAnswer', sequence },
      })
    } else if (message.case === 'taskReport') {
      this.reports.push(message.value)
      if (this.isAcknowledging) this.acknowledge(message.value.sequence)
    }
  }

  #welcome(call: Call): void {
    if (this.refusal !== undefined) {
      send(call, { case: 'end', value: { $typeName: 'homeport.agent.v1.SessionEnd', ...this.refusal } })
      call.end()
      return
    }
    send(call, {
      case: 'registered',
      value: {
        $typeName: 'homeport.agent.v1.Registered',
        accountId: '000000000000',
        containerInstanceArn: 'arn:aws:ecs:us-east-1:000000000000:container-instance/default/x',
        heartbeatIntervalMs: this.#options.heartbeatIntervalMs ?? 5000,
      },
    })
    const bound = [...this.tasks.values()].filter(
      ({ taskId }) => this.observed(taskId)?.lastStatus !== TaskStatus.STOPPED,
    )
    send(call, {
      case: 'snapshot',
      value: { $typeName: 'homeport.agent.v1.AssignmentSnapshot', ...this.#assignments(bound) },
    })
  }

  #assignments(tasks: readonly TaskAssignment[]) {
    return {
      revision: BigInt(this.revision),
      assignments: tasks.map((task) =>
        create(AssignmentSchema, {
          ...task,
          desiredStatus: task.desiredStatus === 'STOPPED' ? TaskStatus.STOPPED : TaskStatus.RUNNING,
        }),
      ),
    }
  }

  #broadcast(message: Outgoing): void {
    for (const call of this.#calls) send(call, message)
  }
}

const send = (call: Call, message: Outgoing): boolean => call.write(create(GatewayMessageSchema, { message }))

function bind(server: Server, credentials: ServerCredentials, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
}

class Authority {
  readonly #keys: webcrypto.CryptoKeyPair
  readonly #certificate: X509Certificate

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: X509Certificate) {
    this.#keys = keys
    this.#certificate = certificate
  }

  static async create(): Promise<Authority> {
    const keys = await newKeys()
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=test authority',
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    })
    return new Authority(keys, certificate)
  }

  get pem(): string {
    return `${this.#certificate.toString('pem')}\n`
  }

  get fingerprint(): string {
    return createHash('sha256').update(Buffer.from(this.#certificate.rawData)).digest('hex')
  }

  async serverCredential(): Promise<{ private_key: Buffer; cert_chain: Buffer }> {
    const keys = await newKeys()
    const certificate = await this.#sign('CN=test gateway', keys.publicKey, [
      new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ])
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
    const label = 'PRIVATE KEY'
    return {
      private_key: Buffer.from(`-----BEGIN ${label}-----\n${key}\n-----END ${label}-----\n`),
      cert_chain: Buffer.from(`${certificate}\n${this.pem}`),
    }
  }

  async hostCertificate(request: Uint8Array, instanceId: string): Promise<string> {
    const parsed = new Pkcs10CertificateRequest(request)
    if (!(await parsed.verify())) throw new Error('the request is not signed by its own key')
    return this.#sign(`CN=${instanceId}`, await parsed.publicKey.export(), [])
  }

  async #sign(
    subject: string,
    publicKey: webcrypto.CryptoKey,
    extensions: SubjectAlternativeNameExtension[],
  ): Promise<string> {
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: this.#certificate.subject,
      signingKey: this.#keys.privateKey,
      publicKey,
      signingAlgorithm: ALGORITHM,
      extensions,
    })
    return certificate.toString('pem')
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
