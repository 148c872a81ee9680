// A host that runs its own kernel on every case of an exported folder:
//
//     clgold golden export --format bin --only 'max_pool2d-*' cases
//     g++ -std=c++17 -I cases -o host host.cpp -lOpenCL
//     ./host max_pool.cl cases out
//     clgold golden check --only 'max_pool2d-*' --against out
//
// For each case it writes OUT/NAME/output.bin, or OUT/NAME/unsupported with the reason.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cases.h"

static void ok(cl_int code, const char *what) {
    if (code == CL_SUCCESS) return;
    std::cerr << what << ": OpenCL error " << code << "\n";
    std::exit(2);
}

static std::string text(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
}

struct Device {
    cl_context context;
    cl_command_queue queue;
    cl_kernel kernel;
};

static Device open(const std::string &source) {
    cl_int code;
    cl_platform_id platform;
    cl_device_id device;
    ok(clGetPlatformIDs(1, &platform, nullptr), "no platform");
    ok(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), "no device");
    cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code);
    ok(code, "context");
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    ok(code, "queue");
    const char *lines = source.c_str();
    cl_program program = clCreateProgramWithSource(context, 1, &lines, nullptr, &code);
    ok(code, "program");
    ok(clBuildProgram(program, 1, &device, "", nullptr, nullptr), "build");
    cl_kernel kernel = clCreateKernel(program, "max_pool", &code);
    ok(code, "kernel");
    return {context, queue, kernel};
}

// Why the kernel has nothing for a case; empty where it has.
static std::string unsupported(const clgold_case &one) {
    if (std::string(one.layer) != "max_pool2d") return one.layer;
    const double *dilation = clgold_find(&one, "dilation")->values;
    return dilation[0] != 1 || dilation[1] != 1 ? "dilation" : "";
}

static std::vector<float> run(const Device &device, const clgold_case &one, std::string input) {
    cl_int code;
    std::vector<float> output(one.output.count);
    cl_mem from = clCreateBuffer(device.context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR,
                                 input.size(), &input[0], &code);
    ok(code, "input");
    cl_mem to = clCreateBuffer(device.context, CL_MEM_WRITE_ONLY, output.size() * 4, nullptr, &code);
    ok(code, "output");
    const double *window = clgold_find(&one, "kernel_size")->values;
    const double *stride = clgold_find(&one, "stride")->values;
    const double *padding = clgold_find(&one, "padding")->values;  // top, bottom, left, right
    const long long *in = one.inputs[0].shape, *out = one.output.shape;
    const cl_int numbers[] = {(cl_int)in[2],     (cl_int)in[3],      (cl_int)out[2],
                              (cl_int)out[3],    (cl_int)window[0],  (cl_int)window[1],
                              (cl_int)stride[0], (cl_int)stride[1],  (cl_int)padding[0],
                              (cl_int)padding[2]};
    ok(clSetKernelArg(device.kernel, 0, sizeof from, &from), "argument");
    ok(clSetKernelArg(device.kernel, 1, sizeof to, &to), "argument");
    for (cl_uint k = 0; k < 10; k++)
        ok(clSetKernelArg(device.kernel, 2 + k, sizeof(cl_int), &numbers[k]), "argument");
    const size_t global[] = {(size_t)out[3], (size_t)out[2], (size_t)(out[0] * out[1])};
    ok(clEnqueueNDRangeKernel(device.queue, device.kernel, 3, nullptr, global, nullptr, 0, nullptr,
                              nullptr),
       "launch");
    ok(clEnqueueReadBuffer(device.queue, to, CL_TRUE, 0, output.size() * 4, output.data(), 0,
                           nullptr, nullptr),
       "read");
    clReleaseMemObject(from);
    clReleaseMemObject(to);
    return output;
}

int main(int count, char **words) {
    if (count != 4) {
        std::cerr << "usage: host KERNEL.cl CASES OUT\n";
        return 2;
    }
    const std::filesystem::path cases = words[2], out = words[3];
    const Device device = open(text(words[1]));
    int done = 0;
    for (const clgold_case &one : clgold_cases) {
        std::filesystem::create_directories(out / one.name);
        const std::string reason = unsupported(one);
        if (!reason.empty()) {
            std::ofstream(out / one.name / "unsupported") << reason << "\n";
            continue;
        }
        const std::vector<float> output = run(device, one, text(cases / one.inputs[0].file));
        std::ofstream(out / one.name / "output.bin", std::ios::binary)
            .write(reinterpret_cast<const char *>(output.data()), output.size() * sizeof(float));
        done++;
    }
    std::cout << done << " of " << CLGOLD_CASE_COUNT << " cases\n";
}
