/** Writes the library's ES modules into a folder. */
export declare function writeBundle(dir: string): Promise<ReadonlyMap<string, readonly string[]>>

/** Writes the library's declarations into a folder, made anew from the source. */
export declare function writeTypes(dir: string): Promise<void>
