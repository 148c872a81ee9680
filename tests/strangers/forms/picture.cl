// relu from one image of a single channel to another.
__constant sampler_t nearest = CLK_NORMALIZED_COORDS_FALSE | CLK_ADDRESS_NONE | CLK_FILTER_NEAREST;

__kernel void relu(__read_only image2d_t source, __write_only image2d_t target)
{
    const int2 place = (int2)(get_global_id(0), get_global_id(1));
    const float x = read_imagef(source, nearest, place).x;
    write_imagef(target, place, (float4)(x > 0 ? x : x < 0 ? 0 : x));
}
