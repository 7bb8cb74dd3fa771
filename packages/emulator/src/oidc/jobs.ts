import { randomBytes, randomUUID } from 'node:crypto'
import type { IssuerName, Issuers } from './issuers.ts'

/** A run of a pipeline or workflow, which may ask for tokens. */
interface Job {
  kind: Exclude<IssuerName, 'kubernetes'>
  id: string
  /** What it sends to get a token. */
  accessToken: string
  /** The subjects of its tokens, by service connection for pipelines; `''` is the job itself. */
  subjects: Readonly<Record<string, string>>
  /** Other claims of its tokens. */
  claims: Readonly<Record<string, unknown>>
  defaultAudience: string
}

/** The running jobs. */
export interface Jobs {
  start(job: Omit<Job, 'id' | 'accessToken'> & { accessToken: string | undefined }): Job
  /** The job with this id, if the bearer token is its own. */
  authorised(kind: Job['kind'], id: string, authorization: string | undefined): Job | undefined
}

/** The parts of the emulator that are needed for giving a job its token. */
export interface JobTokenService {
  jobs: Pick<Jobs, 'authorised'>
  issuers: Pick<Issuers, 'named'>
}

export function createJobs(): Jobs {
  const jobs = new Map<string, Job>()
  return {
    start: (parts) => {
      const accessToken = parts.accessToken ?? randomBytes(32).toString('base64url')
      const job = { ...parts, id: randomUUID(), accessToken }
      jobs.set(job.id, job)
      return job
    },
    authorised: (kind, id, authorization = '') => {
      const job = jobs.get(id)
      return job?.kind === kind && authorization === `Bearer ${job.accessToken}` ? job : undefined
    },
  }
}
