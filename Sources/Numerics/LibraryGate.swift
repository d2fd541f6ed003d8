import Synchronization

/// Lets one call at a time into the linear algebra library.
///
/// OpenBLAS built for one thread shares a pool of buffers without a lock: two calls at once spoil each other's numbers. Only
/// factorisations go through it; products have kernels of their own.
private let gate = Mutex<Void>(())

func inLibrary<Result: Sendable>(_ body: () -> Result) -> Result { gate.withLock { _ in body() } }
